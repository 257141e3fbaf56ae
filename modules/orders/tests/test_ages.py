"""What is only for people of some age: confirmed when it is ordered, seen when it is handed over."""

from __future__ import annotations

from uuid import uuid4

import pytest

from modules.delivery.interface import (
    CourierId,
    Delivery,
    DeliveryStateConflict,
    LeftReason,
    Proof,
    ProofKind,
    ProofRefusal,
)
from modules.orders.interface import AgeNotConfirmed, CourierState, Orders, PlacingRefused, Status
from modules.orders.models import Order
from modules.orders.services import place_order
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import jobs_left, payment_of, ticket_of
from modules.restaurants.interface import OrderId, Restaurants, TicketConflict, TicketState
from tiffin import clock
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

# A ramen of 12.50 and a beer of 5.50 cost 0.90 of service and 1.99 of delivery.
DELIVERY, SERVICE = 199, 90


def hand_over(carried, *proof: Proof):
    order, courier = carried
    done = call(Delivery).drop_off(
        key=scenes.new_key(), courier_id=CourierId(courier), order_id=order.id, proof=proof
    )
    settle()
    return done


def test_a_quote_says_how_old_one_must_be(kitchen, customer) -> None:
    assert scenes.quote(kitchen, customer, kitchen.ramen()).minimum_age == 0
    assert scenes.quote(kitchen, customer, kitchen.ramen(), kitchen.line("Beer")).minimum_age == 18


def test_who_does_not_confirm_it_gets_no_order(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer, kitchen.line("Beer", quantity=2)).token or ""
    with pytest.raises(AgeNotConfirmed) as refused:
        place_order(customer_id=customer, quote=token, payment_method=scenes.VISA)
    assert (refused.value.code, refused.value.status) == ("age_not_confirmed", 409)
    with pytest.raises(PlacingRefused):
        call(Orders).place(
            key=scenes.new_key(), customer_id=customer, quote=token, payment_method=scenes.VISA
        )
    assert not Order.objects.exists()
    client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    body = {"quote": token, "payment_method": scenes.VISA}
    answer = client.post("/api/v1/orders", body, headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (409, "age_not_confirmed")
    confirmed = {**body, "age_confirmed": True}
    placed = client.post("/api/v1/orders", confirmed, headers={"Idempotency-Key": str(uuid4())})
    assert (placed.status_code, placed.json()["minimum_age"]) == (201, 18)


def test_it_is_sold_at_the_regions_hours(kitchen, customer, monkeypatch) -> None:
    row = {"category": "alcohol", "minimum_age": 18, "hours": "2020 Jan 01 10:00-11:00"}
    scenes.rules(monkeypatch, "age_restrictions", row)
    with pytest.raises(PlacingRefused):
        scenes.quote(kitchen, customer, kitchen.line("Beer", quantity=2))
    assert scenes.quote(kitchen, customer, kitchen.ramen()).token


def test_what_is_ordered_for_later_must_be_sold_at_that_hour(kitchen, customer, monkeypatch) -> None:
    """And not at the one at which it is ordered."""
    row = {"category": "alcohol", "minimum_age": 18, "hours": "17:00-21:00"}
    scenes.rules(monkeypatch, "age_restrictions", row)
    beer = kitchen.line("Beer", quantity=2)
    with clock.hold(scenes.london("2026-06-01 12:00")):
        assert scenes.quote(kitchen, customer, beer, wanted_at=scenes.london("2026-06-01 18:00")).token
    with clock.hold(scenes.london("2026-06-01 18:00")):
        assert scenes.quote(kitchen, customer, beer).token
        with pytest.raises(PlacingRefused):
            scenes.quote(kitchen, customer, beer, wanted_at=scenes.london("2026-06-01 22:00"))


def test_a_courier_hands_it_over_once_a_card_was_seen(carried) -> None:
    order, courier = carried
    (shown,) = call(Delivery).deliveries(courier_id=CourierId(courier))
    assert (shown.minimum_age, shown.may_leave) == (18, False)
    seen = Proof(kind=ProofKind.AGE_CHECKED)
    left = Proof(kind=ProofKind.LEFT_AT_DOOR, reason=LeftReason.CUSTOMER_ASKED)
    assert hand_over(carried).refusal is ProofRefusal.AGE_CHECK_MISSING
    assert hand_over(carried, left, seen).refusal is ProofRefusal.AGE_CHECK_MISSING
    assert order_of(order).status is Status.ON_THE_WAY
    assert hand_over(carried, seen).refusal is ProofRefusal.NONE
    assert order_of(order).status is Status.DELIVERED
    entries = call(Orders).timeline(customer_id=order.customer_id, order_id=order.id)
    assert "age_checked" in {entry.note for entry in entries}


def test_over_http_the_courier_is_told_to_look(carried) -> None:
    order, courier = carried
    client = api(Actor(kind=ActorKind.COURIER, id=courier, regions=("gb",)))
    answer = client.post(f"/api/v1/courier/deliveries/{order.id}/drop-off")
    assert (answer.status_code, answer.json()["code"]) == (409, "age_check_missing")
    assert client.post(f"/api/v1/courier/deliveries/{order.id}/refuse-at-door").status_code == 204


def test_what_nobody_old_enough_takes_goes_back_and_the_region_says_what_is_kept(carried) -> None:
    order, _ = carried
    scenes.refuse_at_door(*carried)
    ended = order_of(order)
    assert (ended.cancel_reason, ended.axes.courier) == ("age_refused", CourierState.FAILED)
    assert ended.captured - ended.refunded == DELIVERY + SERVICE
    assert payment_of(order).refunded.amount == order.total.amount - DELIVERY - SERVICE
    assert jobs_left(order) == set()
    told = call(Orders).get(customer_id=order.customer_id, order_id=order.id)
    assert {part.label for part in told.kept} == {"Delivery", "Service fee"}


def test_what_asks_for_no_age_is_not_refused_for_one(kitchen, customer) -> None:
    order, courier = scenes.carry(kitchen, customer)
    with pytest.raises(DeliveryStateConflict):
        scenes.refuse_at_door(order, courier)
    assert order_of(order).status is Status.ON_THE_WAY


def test_at_the_counter_somebody_looks_too(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.line("Beer"), fulfilment="pickup")
    settle()
    scenes.accept(order)
    scenes.ready(order)
    assert ticket_of(order).minimum_age == 18
    with pytest.raises(TicketConflict):
        scenes.hand_over(order)
    call(Restaurants).hand_over(key=scenes.new_key(), order_id=OrderId(order.id), age_checked=True)
    settle()
    assert ticket_of(order).state is TicketState.COLLECTED
    assert order_of(order).status is Status.DELIVERED
