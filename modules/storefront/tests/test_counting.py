"""What a customer does is counted by services outside, and ads go by it, if they say so on their account's
page."""

from __future__ import annotations

from typing import Any

import pytest

from modules.storefront.tests.people import Customer

pytestmark = pytest.mark.database


@pytest.fixture
def ada(database: object, settings: Any) -> Customer:
    settings.TIFFIN_ANALYTICS_SINKS = ("segment", "posthog")
    customer = Customer()
    customer.registers("ada@example.com")
    return customer


def account(customer: Customer) -> str:
    return str(customer.browser.get("/account/").content.decode())


def test_nobody_agrees_before_they_say_so_and_takes_it_back_as_easily(ada: Customer) -> None:
    page = account(ada)
    assert "told to Segment and PostHog" in page
    assert 'name="agreed">' in page

    ada.browser.post("/account/analytics", {"agreed": "on"})
    page = account(ada)
    assert "It is counted from now on." in page
    assert 'name="agreed" checked>' in page

    ada.browser.post("/account/analytics", {})
    page = account(ada)
    assert "Nothing is counted any more." in page
    assert 'name="agreed">' in page


def test_where_nothing_is_told_to_anybody_nobody_is_asked(ada: Customer, settings: Any) -> None:
    settings.TIFFIN_ANALYTICS_SINKS = ()
    assert "What you do is counted" not in account(ada)


def test_ads_go_by_what_somebody_does_once_they_say_so(ada: Customer) -> None:
    assert 'name="personal">' in account(ada)

    ada.browser.post("/account/ads", {"personal": "on"})
    page = account(ada)
    assert "Ads go by what you do. There is none in e-mails to you." in page
    assert 'name="personal" checked>' in page
    assert 'name="by_email">' in page

    ada.browser.post("/account/ads", {"by_email": "on"})
    page = account(ada)
    assert "What was learned for ads is forgotten. There may be one in e-mails to you." in page
    assert 'name="personal">' in page
    assert 'name="by_email" checked>' in page
