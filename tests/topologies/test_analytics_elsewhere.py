"""Analytics runs elsewhere, and is killed with its database: nothing that a customer agreed to is lost."""

from __future__ import annotations

import pytest

from modules.analytics.tests.outside import World as Outside
from tests.acceptance.conftest import World
from tests.acceptance.people import PASSWORD, Customer, until
from tests.topologies.gone import without
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full, pytest.mark.timeout(600)]

WIRES = ("/v1/batch", "/batch/")
PERSON = "SELECT person_id FROM analytics_person WHERE customer_id = %s"


def orders(outside: Outside, wire: str) -> list[str]:
    """Those that were told there, each as often as it was."""
    return [
        message["properties"]["order_id"]
        for message in outside.taken[wire]
        if message["event"] == "Order Completed"
    ]


def test_what_is_agreed_to_is_told_also_after_a_death(
    platform: Platform, places: World, outside: Outside
) -> None:
    ada, silent = Customer(platform.base_url, places.open), Customer(platform.base_url, places.open)
    assert ada.put("/analytics/consent", {"agreed": True}).is_success
    silent.order(places.open)
    first = ada.order(places.open)["id"]
    for wire in WIRES:
        until(lambda wire=wire: orders(outside, wire), lambda told: told == [first], seconds=60)

    with without(platform, "analytics"):
        second = ada.order(places.open)["id"]
    for wire in WIRES:
        until(lambda wire=wire: set(orders(outside, wire)), lambda told: told == {first, second}, seconds=200)

    assert platform.sql("analytics", PERSON, [ada.id])
    asked = {"json": {"password": PASSWORD}, "headers": {"Authorization": f"Bearer {ada.token}"}}
    assert ada.http.request("DELETE", "/me", **asked).is_success
    until(lambda: platform.sql("analytics", PERSON, [ada.id]), lambda rows: rows == [])
    to_delete = "SELECT sink FROM analytics_deletion WHERE done_at IS NULL ORDER BY sink"
    assert platform.sql("analytics", to_delete) == [("posthog",), ("segment",)]
