"""Orders on the staff's pages."""

from __future__ import annotations

import pytest
from django.test import Client

from modules.orders.tests import scenes
from tiffin import ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import settle, token

pytestmark = pytest.mark.database


def person(*roles: str, region: str = EVERY_REGION) -> Client:
    client = Client()
    client.cookies[STAFF_COOKIE] = token(
        Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(region,))
    )
    return client


def test_staff_find_an_order_and_read_its_timeline(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    found = person("finance").get(f"/admin/orders/order/?q={order.code}&status_name=waiting_for_restaurant")
    assert order.code in found.content.decode()
    page = person("finance").get(f"/admin/orders/order/{order.id}/change/")
    assert "payments.payment_authorised.v1" in page.content.decode()
    assert "c2VhbGVk" not in page.content.decode()


@pytest.mark.parametrize("table", ["knownrestaurant", "knownmenu", "knownunavailable", "knownbenefits"])
def test_what_is_known_of_others_can_be_looked_at(kitchen, table) -> None:
    assert person("operations").get(f"/admin/orders/{table}/").status_code == 200
