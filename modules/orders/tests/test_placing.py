"""Placing: one quote becomes one order, whole, whoever tries how often."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.orders.events import OrderPlaced
from modules.orders.interface import (
    BasketItemUnavailable,
    Orders,
    OrderView,
    QuoteAlreadyUsed,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotYours,
    RestaurantClosed,
    RestaurantPaused,
)
from modules.orders.models import Order, OrderComponent, OrderLine, TimelineEntry
from modules.orders.quotes import read_quote
from modules.orders.services import place_order
from modules.orders.tests import scenes
from modules.restaurants.interface import Restaurants
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.models import Job, LogEvent
from tiffin.testing import settle

pytestmark = pytest.mark.database


def place(customer, token, *, key=None) -> OrderView:
    return call(Orders).place(
        key=key or scenes.new_key(),
        customer_id=customer,
        quote=token,
        payment_method=scenes.VISA,
        age_confirmed=True,
    )


def rows() -> tuple[int, ...]:
    tables = (Order, OrderLine, OrderComponent, TimelineEntry)
    kernel = (
        Job.objects.using("orders").count(),
        LogEvent.objects.using("orders").count(),
    )
    return (*(table.objects.count() for table in tables), *kernel)


def test_the_price_shown_is_the_price_charged(kitchen, customer) -> None:
    quote = scenes.quote(kitchen, customer, kitchen.ramen(2), kitchen.line("Beer"), tip=150)
    order = place(customer, quote.token)
    assert order.price == quote.price
    assert order.lines == quote.lines
    assert call(Orders).get(customer_id=customer, order_id=order.id).price == quote.price


def test_placing_writes_everything_in_one_transaction(kitchen, customer) -> None:
    order = place(customer, scenes.quote(kitchen, customer).token)
    jobs = Job.objects.using("orders").filter(key=order.id).values_list("name", flat=True)
    assert set(jobs) == {"secure_payment", "payment_overdue"}
    names = LogEvent.objects.using("orders").filter(key=order.id).values_list("name", flat=True)
    assert OrderPlaced.wire in names
    (first,) = TimelineEntry.objects.filter(order_id=order.id)
    assert (first.axis, first.from_state, first.to_state, first.cause) == (
        "order",
        None,
        "placed",
        "place_order",
    )


def test_placing_takes_few_statements(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer, kitchen.ramen(2), kitchen.line("Beer")).token
    with CaptureQueriesContext(connections["orders"]) as spoken:
        place_order(customer_id=customer, quote=token, payment_method=scenes.VISA, age_confirmed=True)
    said = [query["sql"].split()[0] for query in spoken.captured_queries]
    # What is known (2), the order and its winner, two jobs, timeline, event, lines, components.
    assert len([verb for verb in said if verb not in {"BEGIN", "COMMIT"}]) <= 10, said


def test_a_quote_placed_twice_under_two_keys(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    order = place(customer, token)
    before = rows()
    with pytest.raises(QuoteAlreadyUsed) as refused:
        place(customer, token)
    assert refused.value.order_id == str(order.id)
    assert rows() == before


def test_the_same_key_gives_the_same_order(kitchen, customer) -> None:
    token, key = scenes.quote(kitchen, customer).token, scenes.new_key()
    assert place(customer, token, key=key).id == place(customer, token, key=key).id
    assert Order.objects.count() == 1


def test_a_quote_placed_by_many_at_the_same_moment(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    start, outcomes = threading.Barrier(6), []

    def try_it() -> None:
        start.wait()
        try:
            outcomes.append(str(place(customer, token).id))
        except QuoteAlreadyUsed as refused:
            outcomes.append(refused.order_id)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (order,) = Order.objects.all()
    assert outcomes == [str(order.id)] * 6


def test_an_expired_quote(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    with clock.shift(timedelta(seconds=900)), pytest.raises(QuoteExpired):
        place(customer, token)
    assert Order.objects.count() == 0


@pytest.mark.parametrize("spoil", ["a letter changed", "cut", "empty", "another's words", "not base64"])
def test_a_tampered_quote(kitchen, customer, spoil) -> None:
    token = scenes.quote(kitchen, customer).token
    middle = len(token) // 2
    letter = "A" if token[middle] != "A" else "B"
    spoiled = {
        "a letter changed": token[:middle] + letter + token[middle + 1 :],
        "cut": token[:-9],
        "empty": "q1.",
        "another's words": "hello",
        "not base64": "q1.ÄÖÜ",
    }
    with pytest.raises(QuoteInvalid):
        place(customer, spoiled[spoil])
    assert Order.objects.count() == 0


def test_another_customers_quote(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    with pytest.raises(QuoteNotYours):
        place(ids.new_id(), token)


def test_the_restaurant_may_have_paused_since(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    until = clock.now() + timedelta(minutes=30)
    call(Restaurants).pause(key=scenes.new_key(), restaurant_id=kitchen.id, until=until)
    settle()
    with pytest.raises(RestaurantPaused):
        place(customer, token)


def test_the_restaurant_may_have_closed_since(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    call(Restaurants).register(key=scenes.new_key(), profile=scenes.profile(hours="Jan 01 03:00-03:01"))
    settle()
    with pytest.raises(RestaurantClosed):
        place(customer, token)


def test_a_dish_may_have_sold_out_since(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer).token
    call(Restaurants).set_availability(
        key=scenes.new_key(), restaurant_id=kitchen.id, item_id=kitchen.item("Ramen"), available=False
    )
    settle()
    with pytest.raises(BasketItemUnavailable):
        place(customer, token)


def test_a_new_menu_does_not_change_a_price_that_was_promised(kitchen, customer) -> None:
    quote = scenes.quote(kitchen, customer)
    scenes.publish_menu(kitchen, ramen=9_999)
    assert place(customer, quote.token).total == quote.price.total
    assert scenes.quote(kitchen, customer).price.total > quote.price.total


def test_a_large_basket_still_fits_in_its_token(kitchen, customer) -> None:
    lines = [
        kitchen.line(
            "Ramen", kitchen.choice("Ramen", "Broth", "Miso"), kitchen.choice("Ramen", "Toppings", "Egg")
        )
        for _ in range(20)
    ]
    token = scenes.quote(kitchen, customer, *lines).token
    assert len(token) < 8_000
    assert len(read_quote(token).lines) == 20


def test_events_and_the_log_of_changes_hold_no_personal_data(kitchen, customer) -> None:
    order = place(customer, scenes.quote(kitchen, customer).token)
    settle()
    payloads = LogEvent.objects.using("orders").filter(key=order.id).values_list("payload", flat=True)
    for payload in payloads:
        text = bytes(payload).decode()
        assert "c2VhbGVk" not in text
        assert str(scenes.NEAR_SOHO.lat) not in text
