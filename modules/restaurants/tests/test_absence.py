"""Restaurants where nobody answers, and those that are busy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.restaurants import services
from modules.restaurants.events import RestaurantChanged
from modules.restaurants.interface import RejectReason
from modules.restaurants.models import Restaurant
from modules.restaurants.tests.scenes import kinds, last, open_restaurant, order_for
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database


def unanswered(restaurant: Restaurant) -> None:
    """An order that lies on the counter until its time is over."""
    services.offer_order(order=order_for(restaurant))
    with clock.shift(timedelta(minutes=11)):
        settle()


def now(restaurant: Restaurant) -> Restaurant:
    return Restaurant.objects.get(pk=restaurant.id)


def test_after_three_orders_that_nobody_answers_a_restaurant_is_paused(database) -> None:
    restaurant = open_restaurant()
    for _ in range(2):
        unanswered(restaurant)
    assert now(restaurant).paused_until is None
    unanswered(restaurant)
    paused = now(restaurant)
    assert paused.pause_reason == "unanswered"
    assert last(restaurant.id, RestaurantChanged).restaurant.paused_until == paused.paused_until
    assert timedelta(minutes=40) < paused.paused_until - clock.now() < timedelta(minutes=42)


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_an_answer_in_between_shows_that_somebody_is_there(database, answer) -> None:
    restaurant = open_restaurant()
    for number in range(4):
        if number == 2:
            order = order_for(restaurant)
            services.offer_order(order=order)
            if answer == "accept":
                services.accept(order_id=order.order_id, ready_in_minutes=20)
            else:
                services.reject(order_id=order.order_id, reason=RejectReason.TOO_BUSY)
        else:
            unanswered(restaurant)
    assert now(restaurant).paused_until is None


def test_what_was_taken_back_says_nothing(database) -> None:
    restaurant = open_restaurant()
    for _ in range(2):
        unanswered(restaurant)
    order = order_for(restaurant)
    services.offer_order(order=order)
    services.withdraw_order(order_id=order.order_id, reason="customer")
    assert now(restaurant).paused_until is None
    unanswered(restaurant)
    assert now(restaurant).pause_reason == "unanswered"


def test_whoever_gives_the_order_up_first_it_was_not_answered(database) -> None:
    """The order's own time is over at the same moment, and may win."""
    restaurant = open_restaurant()
    for _ in range(3):
        order = order_for(restaurant)
        services.offer_order(order=order)
        services.withdraw_order(order_id=order.order_id, reason="restaurant_no_answer")
    assert now(restaurant).pause_reason == "unanswered"


def test_whoever_comes_back_takes_orders_again(database) -> None:
    restaurant = open_restaurant()
    for _ in range(3):
        unanswered(restaurant)
    services.resume(restaurant_id=restaurant.id)
    assert (now(restaurant).paused_until, now(restaurant).pause_reason) == (None, "")


def test_a_busy_restaurant_takes_longer_until_it_is_over(database) -> None:
    restaurant = open_restaurant()
    usual = restaurant.preparation_minutes
    services.set_busy(restaurant_id=restaurant.id, minutes=15, until=clock.now() + timedelta(hours=1))
    assert last(restaurant.id, RestaurantChanged).restaurant.preparation_minutes == usual + 15
    with clock.shift(timedelta(minutes=59)):
        settle()
        assert last(restaurant.id, RestaurantChanged).restaurant.preparation_minutes == usual + 15
    with clock.shift(timedelta(minutes=61)):
        settle()
    assert last(restaurant.id, RestaurantChanged).restaurant.preparation_minutes == usual
    assert now(restaurant).preparation_minutes == usual


def test_being_busy_longer_is_not_ended_by_the_first_hour(database) -> None:
    restaurant = open_restaurant()
    for hours in (1, 2):
        services.set_busy(restaurant_id=restaurant.id, minutes=15, until=clock.now() + timedelta(hours=hours))
    with clock.shift(timedelta(minutes=61)):
        settle()
    assert now(restaurant).busy_minutes == 15


def test_a_restaurant_that_is_busy_no_more_says_so_at_once(database) -> None:
    restaurant = open_restaurant()
    until = clock.now() + timedelta(hours=1)
    services.set_busy(restaurant_id=restaurant.id, minutes=15, until=until)
    services.set_busy(restaurant_id=restaurant.id, minutes=0, until=until)
    changed = last(restaurant.id, RestaurantChanged).restaurant
    assert changed.preparation_minutes == restaurant.preparation_minutes
    said = len(kinds(restaurant.id))
    with clock.shift(timedelta(minutes=61)):
        settle()
    assert len(kinds(restaurant.id)) == said
