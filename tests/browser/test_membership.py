"""Somebody becomes a member at the page, has their bank ask, and leaves again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import CONFIRMED_VISA, Customer

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(400)]


@pytest.fixture
def ada(open_page: Callable[[], Page]) -> Customer:
    customer = Customer(open_page())
    customer.page.goto("/login?next=/account/membership/")
    customer.registers(f"{uuid4()}@example.com")
    customer.reads("Become a member in and around London")
    return customer


def chooses(customer: Customer, plan: str, card: str) -> None:
    customer.page.get_by_role("radio", name=plan).check()
    customer.page.get_by_role("radio", name=card).first.check()
    customer.press("Join")


def stands(customer: Customer, words: str) -> None:
    """The first payment comes a moment later, and the page is looked at again until then."""
    heading = customer.page.get_by_role("heading", name=words)
    for _ in range(30):
        if heading.count():
            break
        customer.page.wait_for_timeout(1_000)
        customer.page.reload()
    expect(heading).to_be_visible()


def test_somebody_joins_for_a_year_once_the_bank_has_asked_and_leaves(ada: Customer) -> None:
    ada.reads("30 days free, then £4.99 a month")
    chooses(ada, "Tiffin Plus for a year", CONFIRMED_VISA)
    stands(ada, "Please confirm the payment")

    ada.follow("Confirm £49.90")
    ada.page.get_by_role("button", name="Yes, pay").click()
    stands(ada, "You are a member")
    ada.reads("Free delivery from £15.00 on within 6.0 km")
    ada.press("Cancel the membership")
    stands(ada, "It ends soon")
    ada.press("Stay after all")

    stands(ada, "You are a member")
