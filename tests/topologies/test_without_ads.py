"""Ads is gone, with its database: every page works, and shows none."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.conftest import World, new_places, sign_in
from tests.acceptance.people import Customer, until
from tests.acceptance.test_ads import ads_of, approved, home
from tests.topologies.gone import without
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def apart() -> Iterator[Platform]:
    """A platform whose ads run elsewhere, on a database server of their own."""
    with whole_platform("ads-apart", ("--elsewhere", "ads"), durable=True) as running:
        yield running


@pytest.fixture(scope="module")
def places(apart: Platform) -> World:
    return new_places(apart)


def test_pages_are_whole_and_orders_go_on(apart: Platform, places: World) -> None:
    approved(apart, places.open)
    with httpx.Client(base_url=apart.base_url, timeout=20) as browser:
        until(lambda: ads_of(browser, places.open), bool)
        until(lambda: 'data-ad="' in home(browser, places.open), bool)
        slug = ads_of(browser, places.open)[0]["restaurant_slug"]

        with without(apart, "ads"):
            for path in ("/", "/?city=london&text=ramen", f"/r/{slug}/"):
                page = browser.get(path)
                assert page.status_code == 200, path
                assert "data-ad=" not in page.text
            customer, kitchen = Customer(apart.base_url, places.open), sign_in(apart, places.open)
            order = customer.order_with(places.open, fulfilment="pickup")
            kitchen.hands_over(order)
            customer.await_status(order, "delivered")

        until(lambda: ads_of(browser, places.open), bool, seconds=60)
