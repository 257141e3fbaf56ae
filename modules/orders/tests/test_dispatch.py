"""A courier is looked for in time for the food, and not long before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.delivery.interface import CourierId, Delivery
from modules.orders.interface import CourierState, Status
from modules.orders.models import Order
from modules.orders.services.delaying import delay_food
from modules.orders.tests import scenes
from modules.restaurants.interface import OrderId, Restaurants
from tiffin import clock, db
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.testing import settle

pytestmark = pytest.mark.database

AN_HOUR = 60


def cooked_for_an_hour(kitchen, customer):
    """Great Britain looks for a courier half an hour before."""
    order = scenes.place(kitchen, customer)
    settle()
    call(Restaurants).accept(key=scenes.new_key(), order_id=OrderId(order.id), ready_in_minutes=AN_HOUR)
    settle()
    return order


def offered(courier) -> bool:
    return bool(call(Delivery).offers(courier_id=CourierId(courier)))


def delivery_of(order):
    (found,) = call(Delivery).get_many(order_ids=[order.id])
    return found


def test_nobody_is_asked_long_before_the_food_is_ready(kitchen, customer) -> None:
    courier = scenes.courier_on_shift()
    order = cooked_for_an_hour(kitchen, customer)
    assert scenes.order_of(order).axes.courier is CourierState.SEARCHING
    assert not offered(courier)
    with clock.shift(timedelta(minutes=29)):
        settle()
        assert not offered(courier)
    with clock.shift(timedelta(minutes=31)):
        call(Delivery).report_position(
            courier_id=CourierId(courier), region="gb", point=scenes.Whereabouts(lat=51.51, lon=-0.13)
        )
        settle()
        assert offered(courier)


def test_the_search_has_its_time_from_its_beginning(kitchen, customer) -> None:
    order = cooked_for_an_hour(kitchen, customer)
    with clock.shift(timedelta(minutes=45)):
        settle()
        assert scenes.order_of(order).status is Status.PREPARING
    with clock.shift(timedelta(minutes=51)):
        settle()
        assert scenes.order_of(order).cancel_reason == "no_courier"


def test_food_that_takes_long_is_waited_for(kitchen, customer) -> None:
    """Three hours, and then half an hour more, is what the kitchen says; nobody is given up before."""
    order = scenes.place(kitchen, customer)
    settle()
    call(Restaurants).accept(key=scenes.new_key(), order_id=OrderId(order.id), ready_in_minutes=3 * AN_HOUR)
    settle()
    with clock.shift(timedelta(minutes=149)):
        settle()
        assert scenes.order_of(order).status is Status.PREPARING
        with db.transaction(owner="orders"):
            row = Order.lock(order.id)
            delay_food(row, ready_at=row.ready_at + timedelta(minutes=30), cause="test")
    due = scenes.order_of(order).ready_at
    with clock.hold(due - timedelta(minutes=31)):
        settle()
        courier = scenes.courier_on_shift()
    with clock.hold(due - timedelta(minutes=29)):
        here = scenes.Whereabouts(lat=scenes.SOHO.lat, lon=scenes.SOHO.lon)
        call(Delivery).report_position(courier_id=CourierId(courier), region="gb", point=here)
        settle()
        scenes.take_offer(courier)
    with clock.hold(due + timedelta(minutes=10)):
        settle()
        waiting = scenes.order_of(order)
        assert (waiting.axes.courier, waiting.cancel_reason) == (CourierState.ASSIGNED, "")
        assert waiting.waits_for == "collection_overdue"
        assert waiting.waits_until > due + timedelta(minutes=15)


def test_food_that_is_ready_early_is_fetched_early(kitchen, customer) -> None:
    courier = scenes.courier_on_shift()
    order = cooked_for_an_hour(kitchen, customer)
    scenes.ready(order)
    assert offered(courier)


def test_food_that_comes_later_is_fetched_later(kitchen, customer) -> None:
    order = cooked_for_an_hour(kitchen, customer)
    with db.transaction(owner="orders"):
        row = Order.lock(order.id)
        delay_food(row, ready_at=row.ready_at + timedelta(minutes=20), cause="test")
    wanted = Job.objects.using("orders").get(key=order.id, name="request_courier").due
    assert wanted == scenes.order_of(order).ready_at - timedelta(minutes=30)


def test_the_courier_who_has_said_yes_is_told(kitchen, customer) -> None:
    courier = scenes.courier_on_shift()
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    scenes.take_offer(courier)
    ready_at = scenes.order_of(order).ready_at + timedelta(minutes=15)
    for _ in range(2):
        with db.transaction(owner="orders"):
            delay_food(Order.lock(order.id), ready_at=ready_at, cause="test")
        settle()
    assert delivery_of(order).ready_at == ready_at
    assert [each.ready_at for each in call(Delivery).deliveries(courier_id=CourierId(courier))] == [ready_at]


def test_a_courier_who_was_never_asked_is_called_off_all_the_same(kitchen, customer) -> None:
    order = cooked_for_an_hour(kitchen, customer)
    scenes.cancel_by_staff(order)
    settle()
    ended = scenes.order_of(order)
    assert (ended.status, ended.axes.courier) == (Status.REFUNDED, CourierState.CANCELLED)
    assert not Job.objects.using("orders").filter(key=order.id).exists()
