"""Rewards is gone, with its database: orders without points are placed and delivered as ever, those with
points wait for it and then go on, or end and cost nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.conftest import Books, World, give_points, sign_in
from tests.acceptance.people import Customer, Place, until
from tests.faults.storm import Storm, audit
from tests.topologies.gone import without
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

PATIENCE_SECONDS = 120.0


def test_orders_are_placed_and_delivered_while_rewards_is_gone(apart: Platform, tmp_path: Path) -> None:
    with without(apart, "rewards"):
        storm = Storm(apart, tmp_path, PATIENCE_SECONDS)
        try:
            report, ended = storm.end()
        finally:
            storm.stop()
        with pytest.raises(httpx.TransportError):
            httpx.get(apart.address_of("rewards") + "/readyz")

    assert (report["lost"], report["unfinished"], report["errors"], ended) == (0, 0, 0, 0)
    assert report["delivered"] > report["acknowledged"] / 2
    # What was delivered meanwhile earns once rewards has heard of it.
    until(lambda: _earnings(apart, storm), lambda count: count == report["delivered"], seconds=60)
    found = audit(apart, storm.kept, wait=60)
    assert found.clean, found.said


def _earnings(platform: Platform, storm: Storm) -> int:
    query = "SELECT count(*) FROM rewards_earning WHERE id = ANY(%s::uuid[])"
    return int(platform.sql("rewards", query, [storm.acknowledged()])[0][0])


GIVEN, SPENT = 1_000, 400
# Jobs are tried again after ever longer pauses.
LET_GO_SECONDS = 60


class Guest:
    """A customer who has points, and one order that they pay for in part."""

    def __init__(self, platform: Platform, place: Place) -> None:
        self.customer = Customer(platform.base_url, place)
        self.place = place
        self._platform = platform
        give_points(platform, self.customer, GIVEN)

    def orders(self, **wishes: Any) -> None:
        self.order = self.customer.order_with(self.place, points=SPENT, **wishes)
        assert self.order["points"] == SPENT

    def cancels(self) -> None:
        answer = self.customer.post(f"/orders/{self.order['id']}/cancel", key=str(uuid4()))
        assert answer.is_success, answer.text

    def await_points(self, state: str, *, seconds: float = 30) -> None:
        until(lambda: self.axes["points"], lambda seen: seen == state, seconds=seconds)

    @property
    def axes(self) -> dict[str, str]:
        return dict(self.customer.look(self.order)["axes"])

    @property
    def holds(self) -> list[tuple[str, int]]:
        """Past every interface: state and points of what was ever held for the order."""
        query = "SELECT state, points FROM rewards_hold WHERE order_id = %s"
        return self._platform.sql("rewards", query, [self.order["id"]])

    @property
    def available(self) -> int:
        """As a quote says it, once rewards answers in time: a quote waits for nobody."""
        return int(until(self._quoted, lambda points: points is not None)["available"])

    def _quoted(self) -> Any:
        quote = self.customer.ask(self.place, self.place.ramen(quantity=4), all_points=True)
        return quote.json()["points"]


def test_orders_with_points_wait_for_rewards_and_nothing_is_lost(
    apart: Platform, places_apart: World, tmp_path: Path
) -> None:
    """Some had their points held before it went, some ask for it meanwhile; of both there is one that is
    fetched, one that is cancelled, and one whose time runs out before rewards is back."""
    books, kitchen = Books(apart), sign_in(apart, places_apart.open)
    fetched, cancelled = Guest(apart, places_apart.open), Guest(apart, places_apart.open)
    overdue = Guest(apart, places_apart.hurried)
    held_fetched, held_cancelled = Guest(apart, places_apart.open), Guest(apart, places_apart.open)
    held_overdue = Guest(apart, places_apart.hurried)
    held_fetched.orders(fulfilment="pickup")
    held_cancelled.orders()
    for guest in (held_fetched, held_cancelled):
        guest.customer.await_status(guest.order, "waiting_for_restaurant")
    held_overdue.orders()
    held_overdue.await_points("held")

    with without(apart, "rewards"):
        fetched.orders(fulfilment="pickup")
        cancelled.orders()
        overdue.orders()
        for guest in (cancelled, held_cancelled):
            guest.cancels()
        kitchen.hands_over(held_fetched.order)
        for guest in (overdue, held_overdue):
            guest.customer.await_status(guest.order, "cancelled")
        assert fetched.axes["points"] == "pending"
        assert held_fetched.axes["points"] == "spending"
        for guest in (cancelled, overdue, held_cancelled, held_overdue):
            assert guest.axes["points"] == "releasing"

    kitchen.hands_over(fetched.order)
    _completed(fetched, books)
    _completed(held_fetched, books)
    for guest in (held_cancelled, held_overdue):
        _costs_nothing(guest, books)
        assert guest.holds == [("voided", SPENT)]
    for guest in (cancelled, overdue):
        _costs_nothing(guest, books)
        assert guest.holds == []

    kept = tmp_path / "acknowledged.ids"
    everybody = (fetched, cancelled, overdue, held_fetched, held_cancelled, held_overdue)
    kept.write_text("".join(f"{guest.order['id']}\n" for guest in everybody))
    found = audit(apart, kept, wait=60)
    assert found.clean, found.said


def _completed(guest: Guest, books: Books) -> None:
    guest.customer.await_status(guest.order, "delivered")
    guest.await_points("spent", seconds=60)
    total = guest.order["total"]["amount"]
    books.await_money(guest.order, authorised=total, captured=total)
    assert guest.holds == [("posted", SPENT)]
    assert guest.available == GIVEN - SPENT


def _costs_nothing(guest: Guest, books: Books) -> None:
    """Its points are the customer's again, and so is the money, if any was held."""
    guest.customer.await_status(guest.order, "cancelled")
    guest.await_points("released", seconds=LET_GO_SECONDS)
    assert guest.axes["payment"] == "voided"
    money = books.money(guest.order)
    assert money.get("voided", 0) == money.get("authorised", 0)
    assert "captured" not in money
    assert guest.available == GIVEN
