"""Kitchens that have much to do take longer, then no more, and come back by themselves."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from modules.restaurants import selectors, services
from modules.restaurants.events import RestaurantChanged
from modules.restaurants.interface import OfferedOrder, RejectReason
from modules.restaurants.models import Restaurant
from modules.restaurants.services.throttling import level_of
from modules.restaurants.services.working import Working
from modules.restaurants.tests.scenes import kinds, last, open_restaurant, order_for
from tiffin import clock
from tiffin.testing import settle

LIMITS = st.integers(1, 60)


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    """Full with eight open orders; ten minutes longer from four on, twenty from six on."""
    restaurant = open_restaurant()
    services.set_working(restaurant_id=restaurant.id, wanted=Working(open_orders_limit=8))
    settle()
    return restaurant


def offer(restaurant: Restaurant, count: int) -> list[OfferedOrder]:
    orders = [order_for(restaurant) for _ in range(count)]
    for order in orders:
        services.offer_order(order=order)
    settle()
    return orders


def done(orders: list[OfferedOrder]) -> None:
    for order in orders:
        services.reject(order_id=order.order_id, reason=RejectReason.OTHER)


def told(restaurant: Restaurant) -> Any:
    return last(restaurant.id, RestaurantChanged).restaurant


@pytest.mark.database
def test_a_kitchen_becomes_busy_by_steps_and_then_full(restaurant) -> None:
    usual = restaurant.preparation_minutes
    offer(restaurant, 3)
    assert "restaurant_changed" not in kinds(restaurant.id)
    offer(restaurant, 1)
    assert told(restaurant).preparation_minutes == usual + 10
    offer(restaurant, 2)
    assert told(restaurant).preparation_minutes == usual + 20
    assert told(restaurant).full_until is None
    offer(restaurant, 2)
    assert timedelta() < told(restaurant).full_until - clock.now() <= timedelta(minutes=5)
    assert not selectors.one(restaurant.id).is_open


@pytest.mark.database
def test_it_takes_orders_again_when_there_is_less_to_do(restaurant) -> None:
    orders = offer(restaurant, 8)
    done(orders[:3])
    with clock.shift(timedelta(seconds=16)):
        settle()
    assert told(restaurant).full_until is None
    assert selectors.one(restaurant.id).is_open
    done(orders[3:])
    with clock.shift(timedelta(seconds=32)):
        settle()
    assert told(restaurant).preparation_minutes == restaurant.preparation_minutes


@pytest.mark.database
def test_it_is_said_again_while_it_is_full(restaurant) -> None:
    offer(restaurant, 8)
    first = told(restaurant).full_until
    with clock.shift(timedelta(minutes=3)):
        settle()
        assert told(restaurant).full_until > first


@pytest.mark.database
def test_one_order_to_and_fro_changes_nothing(restaurant) -> None:
    orders = offer(restaurant, 8)
    said = len(kinds(restaurant.id))
    for turn in range(1, 4):
        done([orders.pop()])
        with clock.shift(timedelta(seconds=16 * turn)):
            settle()
        orders += offer(restaurant, 1)
    assert len(kinds(restaurant.id)) == said


@pytest.mark.database
def test_orders_that_come_at_once_fill_it_all_the_same(restaurant) -> None:
    together = threading.Barrier(12)

    def offer_one() -> None:
        order = order_for(restaurant)
        together.wait()
        services.offer_order(order=order)
        connections.close_all()

    threads = [threading.Thread(target=offer_one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settle()
    assert told(restaurant).full_until is not None


@pytest.mark.database
def test_whoever_raises_the_limit_has_room_at_once(restaurant) -> None:
    offer(restaurant, 8)
    services.set_working(restaurant_id=restaurant.id, wanted=Working(open_orders_limit=80))
    settle()
    assert told(restaurant).full_until is None


@pytest.mark.database
def test_what_is_ready_needs_no_kitchen(restaurant) -> None:
    for order in offer(restaurant, 7):
        services.accept(order_id=order.order_id, ready_in_minutes=10)
        services.mark_ready(order_id=order.order_id)
    offer(restaurant, 1)
    assert told(restaurant).full_until is None


@given(limit=LIMITS, steps=st.integers(1, 4), open_orders=st.integers(1, 120), before=st.integers(0, 5))
def test_a_level_goes_up_at_once_and_down_with_slack(limit, steps, open_orders, before) -> None:
    before = min(before, steps + 1)
    level = level_of(open_orders, limit=limit, steps=steps, before=before)
    plain = level_of(open_orders, limit=limit, steps=steps)
    assert plain <= level <= max(plain, before)
    assert (open_orders < limit) or level == steps + 1
    up = level_of(open_orders + 1, limit=limit, steps=steps, before=level)
    back = level_of(open_orders, limit=limit, steps=steps, before=up)
    again = level_of(open_orders + 1, limit=limit, steps=steps, before=back)
    assert (back, again) == (up, up), "one order to and fro"


@given(limit=LIMITS, steps=st.integers(1, 4), before=st.integers(0, 5))
def test_an_empty_kitchen_takes_orders(limit, steps, before) -> None:
    assert level_of(0, limit=limit, steps=steps, before=min(before, steps + 1)) == 0
