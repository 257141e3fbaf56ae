"""Analytics runs elsewhere, and is killed with its database: nothing that a customer agreed to is lost."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modules.analytics.tests.outside import World as Outside
from modules.analytics.tests.outside import listening
from tests.acceptance.conftest import World, new_places
from tests.acceptance.people import PASSWORD, Customer, until
from tests.topologies.gone import without
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

WIRES = ("/v1/batch", "/batch/")
PERSON = "SELECT person_id FROM analytics_person WHERE customer_id = %s"


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with listening() as heard:
        yield heard


@pytest.fixture(scope="module")
def apart(outside: Outside) -> Iterator[Platform]:
    """A platform whose analytics run elsewhere, on a database server of their own."""
    told = {
        "TIFFIN_ANALYTICS_SINKS": "segment,posthog",
        "TIFFIN_SEGMENT_WRITE_KEY": "write-key",
        "TIFFIN_SEGMENT_HOST": outside.url,
        "TIFFIN_POSTHOG_PROJECT_KEY": "phc_key",
        "TIFFIN_POSTHOG_HOST": outside.url,
    }
    options = ("--elsewhere", "analytics")
    with whole_platform("analytics-apart", options, told, durable=True) as running:
        yield running


@pytest.fixture(scope="module")
def places(apart: Platform) -> World:
    return new_places(apart)


def orders(outside: Outside, wire: str) -> list[str]:
    """Those that were told there, each as often as it was."""
    return [
        message["properties"]["order_id"]
        for message in outside.taken[wire]
        if message["event"] == "Order Completed"
    ]


def test_what_is_agreed_to_is_told_also_after_a_death(
    apart: Platform, places: World, outside: Outside
) -> None:
    ada, silent = Customer(apart.base_url, places.open), Customer(apart.base_url, places.open)
    assert ada.put("/analytics/consent", {"agreed": True}).is_success
    silent.order(places.open)
    first = ada.order(places.open)["id"]
    for wire in WIRES:
        until(lambda wire=wire: orders(outside, wire), lambda told: told == [first], seconds=60)

    with without(apart, "analytics"):
        second = ada.order(places.open)["id"]
    for wire in WIRES:
        until(lambda wire=wire: set(orders(outside, wire)), lambda told: told == {first, second}, seconds=200)

    assert apart.sql("analytics", PERSON, [ada.id])
    asked = {"json": {"password": PASSWORD}, "headers": {"Authorization": f"Bearer {ada.token}"}}
    assert ada.http.request("DELETE", "/me", **asked).is_success
    until(lambda: apart.sql("analytics", PERSON, [ada.id]), lambda rows: rows == [])
    to_delete = "SELECT sink FROM analytics_deletion WHERE done_at IS NULL ORDER BY sink"
    assert apart.sql("analytics", to_delete) == [("posthog",), ("segment",)]
