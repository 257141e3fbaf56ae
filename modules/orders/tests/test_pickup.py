"""Orders that the customer fetches: no courier, no delivery fee, no tip, and an end in every case."""

from __future__ import annotations

from uuid import uuid4

import pytest

from modules.delivery.interface import Delivery
from modules.orders.interface import (
    ClaimReason,
    ClaimRefused,
    ComponentKind,
    CourierState,
    Fulfilment,
    Orders,
    PaymentState,
    RatingRefused,
    Status,
    TipWrong,
)
from modules.orders.tests import scenes
from modules.orders.tests.happenings import report
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_journey import jobs_left, payment_of, ticket_of
from modules.restaurants.interface import (
    OrderId,
    Restaurants,
    TicketConflict,
    TicketKind,
    TicketState,
)
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, settle

pytestmark = pytest.mark.database
PICKUP = Fulfilment.PICKUP


def test_what_is_fetched_has_no_delivery_fee_and_needs_no_address(kitchen, customer) -> None:
    quote = scenes.quote(kitchen, customer, fulfilment=PICKUP)
    kinds = {part.kind for part in quote.price.components}
    assert ComponentKind.DELIVERY_FEE not in kinds
    assert (quote.fulfilment, quote.distance_m, quote.tip_presets) == (PICKUP, 0, ())
    assert quote.token


def test_there_is_nobody_to_tip(kitchen, customer) -> None:
    with pytest.raises(TipWrong) as refused:
        scenes.quote(kitchen, customer, fulfilment=PICKUP, tip=100)
    assert "courier" in refused.value.sentence


def test_from_quote_to_counter(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=PICKUP)
    settle()
    assert ticket_of(order).fulfilment is TicketKind.PICKUP
    scenes.accept(order)
    assert call(Delivery).positions(order_ids=[order.id]) == []
    assert order_of(order).axes.courier is CourierState.NOT_REQUESTED
    assert order_of(order).status is Status.PREPARING
    scenes.ready(order)
    assert order_of(order).status is Status.READY
    scenes.hand_over(order)
    done = order_of(order)
    assert (done.status, done.captured) == (Status.DELIVERED, done.total)
    assert payment_of(order).captured == order.total
    assert ticket_of(order).state is TicketState.COLLECTED
    assert jobs_left(order) == set()


def test_handed_over_twice_is_handed_over_once(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=PICKUP)
    settle()
    scenes.accept(order)
    scenes.hand_over(order)
    entries = len(call(Orders).timeline(customer_id=customer, order_id=order.id))
    scenes.hand_over(order)
    assert len(call(Orders).timeline(customer_id=customer, order_id=order.id)) == entries


def test_what_a_courier_fetches_is_not_handed_to_anybody_else(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    with pytest.raises(TicketConflict) as refused:
        call(Restaurants).hand_over(key=scenes.new_key(), order_id=OrderId(order.id))
    assert "for a courier" in refused.value.sentence


def test_what_nobody_fetches_was_made_and_is_charged(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=PICKUP)
    settle()
    scenes.accept(order)
    scenes.ready(order)
    scenes.wait(20 * 60 + 7_201)
    done = order_of(order)
    assert (done.status, done.captured, done.refunded) == (Status.DELIVERED, done.total, 0)
    assert done.cancel_reason == "not_fetched"
    notes = [entry.note for entry in call(Orders).timeline(customer_id=customer, order_id=order.id)]
    assert "not_fetched" in notes
    assert ticket_of(order).state is TicketState.WITHDRAWN
    assert jobs_left(order) == set()


def test_of_what_nobody_fetched_nothing_is_claimed_and_nothing_rated(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=PICKUP)
    settle()
    scenes.accept(order)
    scenes.ready(order)
    scenes.wait(20 * 60 + 7_201)
    seen = call(Orders).get(customer_id=customer, order_id=order.id)
    assert "fetched" in seen.claim_obstacle
    assert "fetched" in seen.rating_obstacle
    with pytest.raises(ClaimRefused):
        claim(order, reason=ClaimReason.NEVER_ARRIVED)
    with pytest.raises(RatingRefused):
        call(Orders).rate(key=scenes.new_key(), customer_id=customer, order_id=order.id, food=1)


def test_a_capture_that_fails_after_it_was_handed_over_is_the_platforms_loss(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=PICKUP)
    for step in ("authorised", "offered", "accepted", "collected", "not captured"):
        report(order.id, step)
    done = order_of(order)
    assert (done.status, done.axes.payment) == (Status.DELIVERED, PaymentState.FAILED)
    assert jobs_left(order).isdisjoint({"settlement_overdue"})


def test_what_was_never_ready_is_given_back(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=PICKUP)
    settle()
    scenes.accept(order)
    scenes.wait(20 * 60 + 7_201)
    done = order_of(order)
    assert (done.status, done.cancel_reason) == (Status.REFUNDED, "restaurant_lost_order")
    assert payment_of(order).refunded == order.total


def test_the_kitchen_reads_the_note_while_it_cooks(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer, fulfilment=PICKUP).token
    order = call(Orders).place(
        key=scenes.new_key(),
        customer_id=customer,
        quote=token,
        payment_method=scenes.VISA,
        note="No peanuts, please",
    )
    settle()
    assert ticket_of(order).note == "No peanuts, please"
    assert call(Orders).get(customer_id=customer, order_id=order.id).note == "No peanuts, please"
    scenes.accept(order)
    scenes.hand_over(order)
    assert ticket_of(order).note == ""


def test_fetching_over_http(kitchen, customer) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    wanted = {
        "restaurant_id": str(kitchen.id),
        "lines": [{"item_id": str(kitchen.item("Gyoza")), "quantity": 1}],
        "fulfilment": "pickup",
    }
    quote = client.post("/api/v1/quotes", wanted).json()
    body = {"quote": quote["token"], "payment_method": scenes.VISA, "note": "Two forks"}
    order = client.post("/api/v1/orders", body, headers={"Idempotency-Key": str(uuid4())}).json()
    assert (order["fulfilment"], order["note"]) == ("pickup", "")
    assert client.get(f"/api/v1/orders/{order['id']}").json()["note"] == "Two forks"
    settle()
    counter = api(Actor(kind=ActorKind.RESTAURANT, id=uuid4(), restaurants=(kitchen.id,)))
    path = f"/api/v1/restaurant/tickets/{order['id']}"
    assert counter.post(f"{path}/accept", {"ready_in_minutes": 5}).json()["fulfilment"] == "pickup"
    assert counter.post(f"{path}/hand-over").json()["state"] == "collected"
    settle()
    assert client.get(f"/api/v1/orders/{order['id']}").json()["status"] == "delivered"
