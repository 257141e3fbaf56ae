"""Orders that are paid with points, wherever rewards runs: spent when delivered, otherwise the customer's
again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.acceptance import asking
from tests.acceptance.conftest import give_points
from tests.acceptance.people import Customer, Kitchen, Place, until
from tests.topologies.test_staff_pages import log_in
from tiffin.testing.running import Platform

pytestmark = pytest.mark.platform
GIVEN = 1_000
REGION = "gb"
SILVER = 1_500
# A claim that is small against the order is granted at once.
MISSING_ONE = {"reason": "missing", "lines": [{"line": 0, "quantity": 1}], "words": "One was missing."}


@pytest.fixture
def rich(platform: Platform, customer: Customer) -> Customer:
    """A customer who has points."""
    give_points(platform, customer, GIVEN)
    return customer


def await_points(customer: Customer, order: dict[str, Any], state: str) -> dict[str, Any]:
    return until(lambda: customer.look(order), lambda seen: seen["axes"]["points"] == state)


def left(customer: Customer, place: Place) -> int:
    """As a quote says it."""
    return int(customer.ask(place, all_points=True).json()["points"]["available"])


def collect(customer: Customer, place: Place, kitchen: Kitchen, **wishes: Any) -> dict[str, Any]:
    """An order that its customer fetches."""
    order = customer.order_with(place, fulfilment="pickup", **wishes)
    kitchen.hands_over(order)
    until(lambda: customer.look(order), lambda seen: seen["axes"]["payment"] == "captured")
    customer.await_status(order, "delivered")
    return order


def test_points_are_spent_when_the_customer_has_it(
    rich: Customer, places: Any, kitchen_of: Callable[[Place], Kitchen], books: Any
) -> None:
    kitchen = kitchen_of(places.open)
    order = collect(rich, places.open, kitchen, points=500)
    assert order["points"] == 500
    await_points(rich, order, "spent")
    assert left(rich, places.open) == GIVEN - 500
    books.await_money(order, authorised=order["total"]["amount"], captured=order["total"]["amount"])
    books.await_quiet(order)


def test_a_part_that_was_missing_comes_back_in_money_and_in_points(
    rich: Customer, places: Any, kitchen_of: Callable[[Place], Kitchen], books: Any
) -> None:
    order = collect(rich, places.open, kitchen_of(places.open), points=500)
    await_points(rich, order, "spent")
    answer = rich.post(f"/orders/{order['id']}/claims", MISSING_ONE, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    back = until(lambda: rich.look(order), lambda seen: seen["points_back"] and seen["refunded"]["amount"])
    (refund,) = back["refunds"]
    assert (refund["points"], refund["amount"]) == (back["points_back"], back["refunded"])
    assert 0 < back["points_back"] < 500
    assert left(rich, places.open) == GIVEN - 500 + back["points_back"]
    books.await_quiet(order)


def test_points_are_the_customers_again_when_the_order_is_cancelled(
    rich: Customer, places: Any, books: Any
) -> None:
    order = rich.order_with(places.open, points=500)
    rich.await_status(order, "waiting_for_restaurant")
    assert left(rich, places.open) == GIVEN - 500
    assert rich.post(f"/orders/{order['id']}/cancel", key=str(uuid4())).is_success
    await_points(rich, order, "released")
    assert left(rich, places.open) == GIVEN
    books.await_quiet(order)


def test_points_that_are_gone_meanwhile_end_the_order_uncharged(
    rich: Customer, places: Any, books: Any
) -> None:
    quotes = [rich.ask(places.open, places.open.ramen(quantity=4), points=GIVEN).json() for _ in range(2)]
    first, second = (rich.place(quote["token"]).json() for quote in quotes)
    states = {await_points_settled(rich, each)["axes"]["points"] for each in (first, second)}
    assert states == {"held", "refused"}
    for order in (first, second):
        if rich.look(order)["axes"]["points"] == "refused":
            assert rich.await_status(order, "cancelled")["cancel_reason"] == "points_refused"
            assert books.money(order) == {}
            books.await_quiet(order)


def test_what_is_delivered_earns_and_is_rounded_up_for_a_cause(
    customer: Customer, places: Any, kitchen_of: Callable[[Place], Kitchen], books: Any
) -> None:
    cause = causes(customer)[0]
    order = collect(customer, places.open, kitchen_of(places.open), charity_id=cause["id"])
    assert order["donation"]["amount"] > 0
    earned = until(lambda: wallet(customer)["pending"], bool)
    (given,) = until(lambda: donations(customer), bool)
    told = given["amount"], given["charity"], given["source"]
    assert told == (order["donation"], cause["name"], "round_up")
    answer = customer.post(f"/orders/{order['id']}/claims", MISSING_ONE, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    until(lambda: wallet(customer)["pending"], lambda left: left < earned)
    books.await_quiet(order)


def test_staff_see_the_claims_of_whoever_reached_a_tier_first(
    platform: Platform, customer: Customer, places: Any, kitchen_of: Callable[[Place], Kitchen]
) -> None:
    """Orders hears what a tier brings from the log of rewards, wherever that is."""
    feast = customer.ask(places.open, places.open.ramen(quantity=26), fulfilment="pickup").json()
    order = customer.place(feast["token"]).json()
    kitchen_of(places.open).hands_over(order)
    customer.await_status(order, "delivered")
    until(lambda: wallet(customer)["pending"], lambda points: points >= SILVER)
    # As if the time for claims had passed.
    over = "UPDATE rewards_earning SET confirms_at = now(), due_at = now() WHERE id = %s"
    platform.sql("rewards", over, [order["id"]])
    until(lambda: wallet(customer)["membership"]["tier"], lambda tier: tier == "silver")
    answer = customer.post(f"/orders/{order['id']}/claims", {"reason": "never_arrived"}, key=str(uuid4()))
    assert answer.status_code == 201, answer.text
    with asking.client(platform.base_url, follow_redirects=True) as staff:
        log_in(staff, platform)
        first = {"state_name": "open", "priority": "yes"}
        until(
            lambda: staff.get("/admin/orders/claim/", params=first).text, lambda page: order["code"] in page
        )


def test_points_are_given_and_sent(platform: Platform, rich: Customer, places: Any) -> None:
    cause = causes(rich)[0]
    gift = {"charity_id": cause["id"], "points": 300}
    for _ in range(2):
        answer = rich.post("/rewards/donations", gift, key="a gift")
        assert answer.status_code == 201, answer.text
    assert [each["points"] for each in donations(rich)] == [300]
    friend = Customer(platform.base_url, places.open)
    code = friend.put("/rewards/code", {"region": REGION}).json()["code"]
    present = {"to": code, "points": 200, "region": REGION}
    for _ in range(2):
        answer = rich.post("/rewards/sendings", present, key="a present")
        assert answer.status_code == 201, answer.text
    assert [wallet(each)["available"] for each in (rich, friend)] == [GIVEN - 500, 200]


def wallet(customer: Customer) -> dict[str, Any]:
    return dict(customer.get(f"/rewards/wallet?region={REGION}").json())


def causes(customer: Customer) -> list[dict[str, Any]]:
    return list(customer.get(f"/rewards/causes?region={REGION}").json()["causes"])


def donations(customer: Customer) -> list[dict[str, Any]]:
    return list(customer.get("/rewards/donations").json()["results"])


def await_points_settled(customer: Customer, order: dict[str, Any]) -> dict[str, Any]:
    return until(lambda: customer.look(order), lambda seen: seen["axes"]["points"] != "pending")
