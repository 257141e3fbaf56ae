"""A restaurant behind Deliverect, from its menu to a delivered order: its till answers by codes alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modules.orders.interface import BasketLine, Choice, Status
from modules.orders.tests import scenes
from modules.orders.tests.scenes import Kitchen, order_of, view
from modules.restaurants import services
from modules.restaurants.channels.deliverect.token import forget_token
from modules.restaurants.interface import MenuFormat, Restaurants
from modules.restaurants.models.vendors import ChannelName
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.tests.deliverect_documents import menu
from modules.restaurants.tests.deliverect_system import Deliverect, deliverect
from tiffin import context, ids
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    """Nothing that one test changes about who asks reaches another."""
    with context.use(context.current()):
        yield


@pytest.fixture
def outside(database: object, settings: Any) -> Iterator[Deliverect]:
    with deliverect() as system:
        system.configure(settings)
        forget_token()
        yield system


@pytest.fixture
def kitchen(outside: Deliverect) -> Kitchen:
    """Connected, active, and with the menu that it published at Deliverect."""
    opened = scenes.open_kitchen()
    wanted = WantedConnection(name="Till", channel=ChannelName.DELIVERECT, restaurant_ids=(opened.id,))
    connection, _ = services.connect(wanted=wanted)
    assert outside.register(connection.id).status_code == 200
    assert outside.tell("menu", [menu(channelLinkId=outside.link, availabilities=[])]).status_code == 200
    settle()
    return Kitchen(opened.restaurant, call(Restaurants).menu(restaurant_id=opened.id))


def steak(kitchen: Kitchen) -> BasketLine:
    """Two steaks, well done, with three fries each, of which one is free."""
    item = kitchen.menu.document.categories[0].items[0]
    cooking, sides = item.groups
    choices = (
        Choice(group_id=cooking.id, option_id=cooking.options[1].id),
        Choice(group_id=sides.id, option_id=sides.options[0].id, quantity=3),
    )
    return BasketLine(item_id=item.id, quantity=2, choices=choices)


def test_an_order_goes_to_the_till_and_to_the_door(outside: Deliverect, kitchen: Kitchen) -> None:
    versions = call(Restaurants).menu_versions(restaurant_id=kitchen.id).versions
    assert versions[0].source == MenuFormat.DELIVERECT.value

    order = scenes.place(kitchen, ids.new_id(), steak(kitchen))
    settle()

    ((_, document),) = outside.orders
    (item,) = document["items"]
    assert document["channelOrderId"] == str(order.id)
    assert (item["plu"], item["price"], item["quantity"]) == ("STK-01", 1900, 2)
    assert [sub["plu"] for sub in item["subItems"]] == ["COOK-02", "SI-01", "SI-01"]
    assert document["payment"]["amount"] == 2 * (1900 + 400) == order_of(order).subtotal

    courier = scenes.courier_on_shift()
    statuses = []
    for status in (1, 2, 10, 20, 47, 20, 50, 70, 90):
        assert outside.status(order.id, status).status_code == 200
        settle()
        statuses.append(view(str(order.id)).status)
    assert [statuses[2], *statuses[3:7]] == [Status.WAITING_FOR_RESTAURANT, *[Status.PREPARING] * 4]
    assert statuses[-1] is Status.READY
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    scenes.drop_off(courier, order)

    assert outside.status(order.id, 110).status_code == 200
    settle()
    assert view(str(order.id)).status is Status.DELIVERED


def test_a_till_that_cannot_cook_it_gives_the_money_back(outside: Deliverect, kitchen: Kitchen) -> None:
    order = scenes.place(kitchen, ids.new_id(), steak(kitchen))
    settle()

    outside.status(order.id, 110, reason="Item out of stock")
    settle()

    assert view(str(order.id)).status is Status.CANCELLED
    assert order_of(order).waits_until is None


def test_a_customer_who_cancels_cancels_at_the_till(outside: Deliverect, kitchen: Kitchen) -> None:
    order = scenes.place(kitchen, ids.new_id(), steak(kitchen))
    settle()

    scenes.cancel(order)
    settle()

    (cancelled,) = outside.cancelled
    assert cancelled["channelOrderId"] == str(order.id)
    outside.status(order.id, 20)
    settle()
    assert view(str(order.id)).status is Status.CANCELLED
