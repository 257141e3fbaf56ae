"""Ads is gone, with its database: every page works, and shows none."""

from __future__ import annotations

import httpx
import pytest

from tests.acceptance.conftest import World, sign_in
from tests.acceptance.people import Customer, until
from tests.acceptance.test_ads import ads_of, approved, home
from tests.topologies.gone import without
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(600)]


def test_pages_are_whole_and_orders_go_on(platform: Platform, places: World) -> None:
    approved(platform, places.open)
    with httpx.Client(base_url=platform.base_url, timeout=20) as browser:
        until(lambda: ads_of(browser, places.open), bool)
        until(lambda: 'data-ad="' in home(browser, places.open), bool)
        slug = ads_of(browser, places.open)[0]["restaurant_slug"]

        with without(platform, "ads"):
            for path in ("/", "/?city=london&text=ramen", f"/r/{slug}/"):
                page = browser.get(path)
                assert page.status_code == 200, path
                assert "data-ad=" not in page.text
            customer, kitchen = Customer(platform.base_url, places.open), sign_in(platform, places.open)
            order = customer.order_with(places.open, fulfilment="pickup")
            kitchen.hands_over(order)
            customer.await_status(order, "delivered")

        until(lambda: ads_of(browser, places.open), bool, seconds=60)
