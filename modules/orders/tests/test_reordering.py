"""The same again: what can still be had is in the basket, and what is different is said."""

from __future__ import annotations

import pytest

from modules.orders.interface import ChangeKind, Orders, OrderUnknown
from modules.orders.tests import scenes
from modules.restaurants.interface import ItemId, RestaurantId, Restaurants
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database


def again(order):
    return call(Orders).reorder(customer_id=order.customer_id, order_id=order.id)


def test_the_same_menu_gives_the_same_basket_at_the_same_price(kitchen, customer) -> None:
    lines = (
        kitchen.line(
            "Ramen",
            kitchen.choice("Ramen", "Broth", "Tonkotsu"),
            kitchen.choice("Ramen", "Toppings", "Egg", 2),
            quantity=2,
        ),
        kitchen.line("Beer"),
    )
    order = scenes.place(kitchen, customer, *lines)
    basket = again(order)
    assert (basket.lines, basket.changes) == (lines, ())
    quote = scenes.quote(kitchen, customer, *basket.lines)
    assert quote.price.total == order.price.total


def test_a_changed_price_is_shown(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(2))
    scenes.publish_menu(kitchen, ramen=1400)
    (change,) = again(order).changes
    assert change.kind is ChangeKind.PRICE
    assert change.text == "Ramen costs 14.00 GBP now; it was 12.50 GBP."
    assert len(again(order).lines) == 1


def test_what_is_sold_out_is_left_out_and_said(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(), kitchen.line("Beer"))
    call(Restaurants).set_availability(
        key=scenes.new_key(),
        restaurant_id=RestaurantId(kitchen.id),
        item_id=ItemId(kitchen.item("Beer")),
        available=False,
    )
    settle()
    basket = again(order)
    assert [line.item_id for line in basket.lines] == [kitchen.item("Ramen")]
    assert [(change.kind, change.title) for change in basket.changes] == [(ChangeKind.UNAVAILABLE, "Beer")]


def test_what_is_not_served_at_this_hour_is_left_out_and_said(kitchen, customer) -> None:
    with clock.hold(scenes.london("2026-06-01 12:00")):
        order = scenes.place(kitchen, customer, kitchen.ramen(), kitchen.line("Gyoza"))
        scenes.publish_evening_menu(kitchen, "Gyoza")
        basket = again(order)
    assert [line.item_id for line in basket.lines] == [kitchen.item("Ramen")]
    assert [(change.kind, change.title) for change in basket.changes] == [(ChangeKind.UNAVAILABLE, "Gyoza")]


def test_what_left_the_menu_and_what_is_offered_differently(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(), kitchen.line("Beer"), kitchen.line("Gyoza"))
    scenes.publish_menu(kitchen, without=("Beer", "Miso"))
    basket = again(order)
    assert [line.item_id for line in basket.lines] == [kitchen.item("Gyoza")]
    assert [(change.kind, change.title) for change in basket.changes] == [
        (ChangeKind.CHOOSE_AGAIN, "Ramen"),
        (ChangeKind.GONE, "Beer"),
    ]


def test_a_topping_that_is_gone_is_left_off(kitchen, customer) -> None:
    line = kitchen.line(
        "Ramen", kitchen.choice("Ramen", "Broth", "Miso"), kitchen.choice("Ramen", "Toppings", "Nori", 2)
    )
    order = scenes.place(kitchen, customer, line)
    scenes.publish_menu(kitchen, without=("Nori",))
    basket = again(order)
    assert basket.lines == (kitchen.ramen(),)
    # The second nori had cost 0.80.
    assert [change.text for change in basket.changes] == [
        "Ramen comes without what is not offered any more.",
        "Ramen costs 12.50 GBP now; it was 13.30 GBP.",
    ]


def test_another_customers_order_is_unknown(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    with pytest.raises(OrderUnknown):
        call(Orders).reorder(customer_id=ids.new_id(), order_id=order.id)
