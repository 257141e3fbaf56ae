"""What orders knows of the restaurants can be thrown away and learned again from the log."""

from __future__ import annotations

import pytest

from modules.orders.models import KnownMenu, KnownRestaurant, KnownUnavailable
from modules.orders.selectors import known
from modules.orders.tests import scenes
from modules.restaurants.interface import Restaurants
from tiffin import db
from tiffin.interfaces import call
from tiffin.log.subscribers import Subscriber, subscriber
from tiffin.models import LogCursor
from tiffin.testing import settle

pytestmark = pytest.mark.database


def everything_known() -> list:
    return [
        list(KnownRestaurant.objects.order_by("id").values()),
        list(KnownMenu.objects.order_by("version").values("restaurant_id", "version", "hash")),
        list(KnownUnavailable.objects.values("item_id", "until")),
    ]


def test_it_is_rebuilt_from_the_log(kitchen) -> None:
    scenes.publish_menu(kitchen, ramen=1_300)
    call(Restaurants).set_availability(
        key=scenes.new_key(), restaurant_id=kitchen.id, item_id=kitchen.item("Beer"), available=False
    )
    settle()
    before = everything_known()
    assert [len(rows) for rows in before] == [1, 2, 1]
    _rebuild(subscriber("orders.known"))
    assert everything_known() == before


def _rebuild(one: Subscriber) -> None:
    with db.transaction(owner=one.module):
        one.reset()
        LogCursor.objects.using(one.module).filter(subscriber=one.name).update(epoch=0, txid=0, position=0)
    assert everything_known() == [[], [], []]
    settle()


def test_a_menu_version_is_read_once_a_process(kitchen) -> None:
    menu = known.menu(kitchen.id, 1)
    assert known.menu(kitchen.id, 1) is menu
