"""Restaurants and couriers who accepted and then cannot: nobody waits for nothing, and the money is right."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.delivery.interface import CourierId, Delivery, DeliveryStateConflict, DeliveryUnknown
from modules.orders.interface import CourierState, Orders, Status
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import jobs_left, payment_of, ticket_of
from modules.restaurants.interface import (
    OrderId,
    RejectReason,
    Restaurants,
    TicketConflict,
    TicketState,
)
from tiffin import ids
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database


def cannot_finish(order) -> None:
    call(Restaurants).cancel(
        key=scenes.new_key(), order_id=OrderId(order.id), reason=RejectReason.ITEM_UNAVAILABLE
    )
    settle()


def give_back(courier: UUID, order) -> None:
    call(Delivery).give_back(key=scenes.new_key(), courier_id=CourierId(courier), order_id=order.id)
    settle()


@pytest.fixture
def courier(kitchen) -> UUID:
    return scenes.courier_on_shift()


@pytest.fixture
def accepted(kitchen, courier, customer):
    """An order that the courier is offered."""
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    return order


@pytest.mark.parametrize("stage", ["accepted", "ready", "with a courier on the way"])
def test_a_restaurant_that_cannot_finish_gives_the_money_back(accepted, courier, stage) -> None:
    if stage == "ready":
        scenes.ready(accepted)
    if stage == "with a courier on the way":
        scenes.take_offer(courier)
    cannot_finish(accepted)
    ended = order_of(accepted)
    assert (ended.status, ended.cancel_reason) == (Status.REFUNDED, "restaurant_lost_order")
    assert payment_of(accepted).refunded == accepted.total
    assert ticket_of(accepted).state is TicketState.WITHDRAWN
    assert jobs_left(accepted) == set()
    notes = [entry.note for entry in call(Orders).timeline(customer_id=ended.customer_id, order_id=ended.id)]
    assert "item_unavailable" in notes


def test_what_is_only_offered_is_rejected_and_not_cancelled(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    with pytest.raises(TicketConflict):
        cannot_finish(order)
    assert order_of(order).status is Status.WAITING_FOR_RESTAURANT


def test_what_left_the_counter_cannot_be_cancelled_there(accepted, courier) -> None:
    scenes.take_offer(courier)
    scenes.pick_up(courier, accepted)
    with pytest.raises(TicketConflict):
        cannot_finish(accepted)
    assert order_of(accepted).status is Status.ON_THE_WAY


def test_a_courier_who_cannot_come_is_replaced(accepted, courier) -> None:
    scenes.take_offer(courier)
    assert order_of(accepted).courier_id == courier
    second = scenes.courier_on_shift()
    give_back(courier, accepted)
    waiting = order_of(accepted)
    assert (waiting.axes.courier, waiting.courier_id) == (CourierState.SEARCHING, None)
    assert call(Delivery).offers(courier_id=CourierId(courier)) == []
    scenes.take_offer(second)
    scenes.pick_up(second, accepted)
    scenes.drop_off(second, accepted)
    done = order_of(accepted)
    assert (done.status, done.courier_id) == (Status.DELIVERED, second)


def test_what_is_picked_up_is_brought(accepted, courier) -> None:
    scenes.take_offer(courier)
    scenes.pick_up(courier, accepted)
    with pytest.raises(DeliveryStateConflict):
        give_back(courier, accepted)


def test_nobody_gives_back_what_somebody_else_has(accepted, courier) -> None:
    scenes.take_offer(courier)
    with pytest.raises(DeliveryUnknown):
        give_back(ids.new_id(), accepted)


def test_when_nobody_else_comes_the_money_goes_back(accepted, courier) -> None:
    scenes.take_offer(courier)
    give_back(courier, accepted)
    scenes.wait(1_201)
    ended = order_of(accepted)
    assert (ended.status, ended.cancel_reason) == (Status.REFUNDED, "no_courier")
    assert payment_of(accepted).refunded == accepted.total
