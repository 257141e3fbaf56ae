"""Restaurants on the staff's pages."""

from __future__ import annotations

import csv
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from modules.restaurants import selectors, services
from modules.restaurants.interface import TicketState
from modules.restaurants.models import (
    DeliverectMessage,
    MenuDraft,
    MenuVersion,
    Restaurant,
    Ticket,
    VendorCall,
    VendorConnection,
    VendorEvent,
)
from modules.restaurants.models.deliverect import Heard, Topic
from modules.restaurants.models.vendors import CallState, ChannelName, EventState
from modules.restaurants.tests.documents import as_text, document
from modules.restaurants.tests.scenes import open_restaurant, order_for, publish
from tiffin import clock, ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import token, waiting

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


def connection(name: str, **more: object) -> VendorConnection:
    made = VendorConnection(name=name, channel_name=ChannelName.WEBHOOK.value, region="gb", **more)
    made.save()
    return made


def test_what_waits_for_a_person_is_counted_and_one_click_away() -> None:
    restaurant, now = open_restaurant(), clock.now()
    unanswered, answered = (offer_to(restaurant) for _ in range(2))
    VendorCall.objects.create(ticket_id=unanswered)
    VendorCall.objects.create(ticket_id=answered, state_name=CallState.ANSWERED.value)
    well = connection("Well")
    connection("Failing", failing_since=now)
    connection("Gone", failing_since=now, disabled_at=now, disabled_because="gone")
    connection("Switched off", failing_since=now, disabled_at=now, disabled_because="owner")
    for kind, state, at in (
        ("order.offered", EventState.FAILED, now),
        ("order.withdrawn", EventState.DELIVERED, now),
        ("order.delayed", EventState.FAILED, now - timedelta(days=2)),
    ):
        VendorEvent.objects.create(connection=well, kind=kind, state_name=state.value, at=at)
    for reason, state in (("NO SUCH THING", Heard.REFUSED), ("WELL DONE", Heard.DONE)):
        DeliverectMessage.objects.create(
            connection=well, topic_name=Topic.STATUS.value, body="{}", state_name=state.value, reason=reason
        )
    staff = person("operations")
    found = {name: each for name, each in waiting(staff).items() if each[0] != "0"}
    listed = {
        name.removeprefix("restaurants: "): staff.get(link).content.decode()
        for name, (count, link) in found.items()
        if count == "1"
    }
    shown = {
        "Restaurants to call": (str(VendorCall.objects.get(ticket_id=unanswered).pk), "answered<"),
        "Vendor connections failing": ("Failing", "Gone"),
        "Vendor connections disabled": ("Gone", "Switched off"),
        "Vendor events failed": ("order.offered<", "order.withdrawn<"),
        "Deliverect messages refused": ("NO SUCH THING", "WELL DONE"),
    }
    assert listed.keys() == shown.keys()
    assert len(found) == len(shown)
    for name, (there, not_there) in shown.items():
        rows = listed[name].partition('id="result_list"')[2].partition("</table>")[0]
        assert (there in rows, not_there in rows) == (True, False), name


def offer_to(restaurant: Restaurant) -> UUID:
    order = order_for(restaurant)
    services.offer_order(order=order)
    return order.order_id


def test_tickets_in_a_file() -> None:
    restaurant = open_restaurant()
    order = order_for(restaurant)
    services.offer_order(order=order)
    answer = person("finance").get("/admin/restaurants/ticket/export.csv?made=hour&state_name__exact=offered")
    (row,) = csv.DictReader(b"".join(answer.streaming_content).decode().splitlines())
    assert (row["id"], row["reference"], row["restaurant"]) == (
        str(order.order_id), order.reference, restaurant.name,
    )  # fmt: skip
    assert (row["total_minor"], row["currency"]) == (str(order.total.amount), order.total.currency)
    assert (row["state"], row["rung"], row["ready_at"]) == ("offered", "tablet", "")
