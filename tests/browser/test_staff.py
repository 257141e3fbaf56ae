"""Staff find an order, and what has happened to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]


def test_staff_open_an_order_and_see_its_timeline(customer, staff):
    # Given an order
    customer.has_checked_out()
    customer.place_button.click()
    customer.is_told("Waiting for the restaurant")
    code = customer.order_code

    # When staff look it up
    staff.logs_in_to_admin()
    staff.page.goto("/admin/orders/order/")
    staff.follow(code)

    # Then they read its timeline
    timeline = staff.page.locator("#timeline-group")
    for state in ("placed", "authorised", "offered"):
        expect(timeline.get_by_text(state).first).to_be_visible()
