"""Staff read the tables of a module elsewhere at the same origin, with the login they have."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.acceptance.staff import log_in
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full]


def test_staff_open_a_payment_where_payments_are(customer, places, platform: Platform) -> None:
    order = customer.order(places.open)
    customer.await_status(order, "waiting_for_restaurant")

    with httpx.Client(base_url=platform.base_url, follow_redirects=True, timeout=20) as staff:
        log_in(staff, platform)
        assert 'href="/admin/payments/"' in staff.get("/admin/").text
        listed = staff.get("/admin/payments/payment/", params={"q": order["id"]})
        pages = re.findall(r'href="(/admin/payments/payment/[^"?]+/change/)', listed.text)
        opened = staff.get(pages[0])
        assert (opened.status_code, order["id"] in opened.text) == (200, True)
        assert staff.get("/admin/payments/held-events/").status_code == 200
