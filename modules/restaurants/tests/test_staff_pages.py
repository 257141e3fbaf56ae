"""Restaurants on the staff's pages."""

from __future__ import annotations

import pytest
from django.test import Client

from modules.restaurants import selectors, services
from modules.restaurants.interface import TicketState
from modules.restaurants.models import MenuDraft, MenuVersion, Ticket
from modules.restaurants.tests.documents import as_text, document
from modules.restaurants.tests.scenes import open_restaurant, order_for, publish
from tiffin import ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import token

pytestmark = pytest.mark.database


def person(*roles: str, regions: tuple[str, ...] = (EVERY_REGION,)) -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=regions)
    client.cookies[STAFF_COOKIE] = token(actor)
    return client


def test_staff_find_a_restaurant_by_a_dish_and_read_it_and_its_menu() -> None:
    restaurant = open_restaurant()
    staff = person("support")

    assert "Corner" in staff.get("/admin/restaurants/restaurant/?q=sandwich").content.decode()
    assert staff.get(f"/admin/restaurants/restaurant/{restaurant.id}/change/").status_code == 200
    version = MenuVersion.objects.get()
    assert staff.get(f"/admin/restaurants/menuversion/{version.id}/change/").status_code == 200


def test_staff_see_their_regions_only() -> None:
    open_restaurant()

    assert (
        "Corner"
        not in person("support", regions=("pl",)).get("/admin/restaurants/restaurant/").content.decode()
    )


def test_operations_pause_a_restaurant_and_support_does_not() -> None:
    restaurant = open_restaurant()
    chosen = {"action": "pause", "_selected_action": [str(restaurant.id)]}

    person("support").post("/admin/restaurants/restaurant/", chosen, follow=True)
    assert selectors.one(restaurant.id).is_open
    person("operations").post("/admin/restaurants/restaurant/", chosen, follow=True)
    assert not selectors.one(restaurant.id).is_open


def test_staff_see_what_a_version_changed_and_operations_bring_an_older_one_back() -> None:
    restaurant = open_restaurant()
    made = document()
    made["items"][2]["price_info"]["price"] = 750
    publish(restaurant, made)
    second, first = MenuVersion.objects.filter(restaurant=restaurant)

    page = person("support").get(f"/admin/restaurants/menuversion/{second.id}/change/").content.decode()
    assert "Sandwich changed price &#x27;700&#x27; → &#x27;750&#x27;" in page
    chosen = {"action": "publish_again", "_selected_action": [str(first.id)]}
    person("support").post("/admin/restaurants/menuversion/", chosen, follow=True)
    assert selectors.menu(restaurant.id).version == 2
    person("operations").post("/admin/restaurants/menuversion/", chosen, follow=True)
    assert selectors.menu(restaurant.id).hash == first.hash


def test_staff_see_what_waits_to_be_published() -> None:
    restaurant = open_restaurant()
    services.preview_menu(
        restaurant_id=restaurant.id,
        document=as_text(document(items=[], modifier_groups=[], categories=[], menus=[])),
        picture_files={},
    )
    draft = MenuDraft.objects.get()

    page = person("support").get(f"/admin/restaurants/menudraft/{draft.id}/change/").content.decode()
    assert "item Sandwich at 700 removed" in page


def test_operations_take_an_order_off_a_counter() -> None:
    order = order_for(open_restaurant())
    services.offer_order(order=order)
    chosen = {"action": "withdraw", "_selected_action": [str(order.order_id)]}

    person("operations").post("/admin/restaurants/ticket/", chosen, follow=True)

    assert Ticket.objects.get(pk=order.order_id).state is TicketState.WITHDRAWN
