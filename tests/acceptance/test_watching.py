"""An order watched live, by resuming, and by polling, on the running platform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.platform


def watch(customer, order: dict, *, after: str = "") -> Iterator[dict[str, Any]]:
    """The entries of an order's stream until it ends, with their ids."""
    headers = {"Authorization": f"Bearer {customer.token}", **({"Last-Event-ID": after} if after else {})}
    url = f"{customer.http.base_url}orders/{order['id']}/stream"
    with httpx.stream("GET", url, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200
        event: dict[str, Any] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name in {"id", "event"}:
                event[name] = value
            elif name == "data":
                event["data"] = json.loads(value)
            elif not line and "data" in event:
                if event["event"] == "status":
                    yield event
                event = {}


def test_a_stream_tells_everything_and_ends(hurried_customer, places) -> None:
    """In the hurried region nobody answers: the order is cancelled and the stream ends by itself."""
    order = hurried_customer.order(places.hurried)
    events = list(watch(hurried_customer, order))
    assert [event["id"] for event in events] == [str(n) for n in range(1, len(events) + 1)]
    assert {event["event"] for event in events} == {"status"}
    statuses = [event["data"]["status"] for event in events]
    assert statuses[0] == "paying"
    assert "waiting_for_restaurant" in statuses
    assert statuses[-1] == "cancelled"


def test_a_stream_goes_on_after_the_last_event_seen(customer, places) -> None:
    order = customer.order(places.open, card="pm_card_chargeDeclined")
    everything = list(watch(customer, order))
    assert list(watch(customer, order, after="1")) == everything[1:]
    last = httpx.get(
        f"{customer.http.base_url}orders/{order['id']}/stream",
        headers={"Authorization": f"Bearer {customer.token}", "Last-Event-ID": everything[-1]["id"]},
    )
    assert last.status_code == 204


def test_polling_is_told_when_nothing_has_changed(customer, places) -> None:
    order = customer.order(places.open, card="pm_card_chargeDeclined")
    customer.await_status(order, "cancelled")
    seen = customer.get(f"/orders/{order['id']}")
    again = customer.http.get(
        f"/orders/{order['id']}",
        headers={"Authorization": f"Bearer {customer.token}", "If-None-Match": seen.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
