"""What Deliverect tells beside the way of an order, and what somebody else tells in its name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from modules.restaurants import selectors, services
from modules.restaurants.interface import (
    ConnectionRefused,
    TicketState,
)
from modules.restaurants.models import (
    DeliverectLink,
    DeliverectMessage,
    Restaurant,
    VendorConnection,
)
from modules.restaurants.models.deliverect import Heard
from modules.restaurants.models.vendors import ChannelName
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.services.menus import import_menu
from modules.restaurants.tests.deliverect_documents import LOCATION, menu, pushed
from modules.restaurants.tests.deliverect_scenes import (
    behind_deliverect,
    connect,
    heard,
    offer,
    state_of,
    told,
)
from modules.restaurants.tests.deliverect_system import Deliverect
from modules.restaurants.tests.scenes import open_restaurant, order_for
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def restaurant(outside: Deliverect) -> Restaurant:
    return behind_deliverect(outside)


@pytest.mark.parametrize("body", [{}, [], 3, "text", None, {"channelOrderId": 7}, {"channelOrderId": "x"}])
def test_what_makes_no_sense_is_kept_and_answered(outside: Deliverect, database: object, body: Any) -> None:
    for topic in ("status", "preparation", "menu", "snooze", "busy"):
        assert outside.tell(topic, body).status_code == 200
    settle()

    assert [state for state, _ in heard()] == [Heard.REFUSED] * 5


def test_a_strange_message_keeps_no_other_waiting(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)
    outside.tell("snooze", {"channelLinkId": outside.link, "operations": "all"})
    outside.tell("busy", {"channelLinkId": outside.link, "status": "SLEEPY"})
    outside.status(order_id, 20)
    settle()

    assert state_of(order_id) is TicketState.ACCEPTED
    assert [state for state, _ in heard()] == [Heard.REFUSED, Heard.NOTED, Heard.DONE]


def test_what_is_not_signed_does_nothing_and_is_kept_in_part(
    outside: Deliverect, restaurant: Restaurant
) -> None:
    order_id = offer(restaurant)
    forged = outside.tell(
        "status", {"status": 110, "channelOrderId": str(order_id), "x": "y" * 5_000}, secret="x"
    )
    unsigned = APIClient().post("/api/v1/deliverect/status", {"status": 110}, format="json")
    settle()

    assert (forged.status_code, forged.json()["code"]) == (403, "deliverect_signature_invalid")
    assert unsigned.status_code == 403
    assert state_of(order_id) is TicketState.OFFERED
    kept = DeliverectMessage.objects.filter(state_name=Heard.UNSIGNED.value)
    assert [len(row.body) for row in kept.order_by("at")] == [2_000, 14]


def test_without_a_secret_nobody_is_believed(
    outside: Deliverect, restaurant: Restaurant, settings: Any
) -> None:
    settings.TIFFIN_DELIVERECT_HMAC_SECRET = ""

    assert (
        outside.tell("busy", {"channelLinkId": outside.link, "status": "PAUSED"}, secret="").status_code
        == 403
    )
    assert not DeliverectMessage.objects.filter(connection=None).exists()


def test_whoever_is_not_deliverect_fills_no_table(
    outside: Deliverect, restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modules.restaurants.services.deliverect.MOST_UNSIGNED", 2)
    for _ in range(4):
        assert outside.tell("busy", {}, secret="x").status_code == 403

    assert DeliverectMessage.objects.filter(state_name=Heard.UNSIGNED.value).count() == 2
    with clock.shift(timedelta(days=8)):
        outside.tell("busy", {}, secret="x")
    assert DeliverectMessage.objects.filter(state_name=Heard.UNSIGNED.value).count() == 1


def test_a_nul_blocks_nothing(outside: Deliverect, restaurant: Restaurant) -> None:
    """In what a message is about, in why, in a link, in names: in each place it is only another character."""
    order_id, nul = offer(restaurant), "\x00"
    named = menu(channelLinkId=outside.link)
    named["products"]["p1"]["name"] = f"Steak{nul}"
    for topic, body in (
        ("status", {"status": 20, "channelOrderId": f"{order_id}{nul}", "reason": nul}),
        ("status", {"status": nul, "channelOrderId": str(order_id)}),
        ("busy", {"channelLinkId": f"{outside.link}{nul}", "status": "PAUSED"}),
        ("busy", {"channelLinkId": outside.link, "status": nul}),
        ("snooze", {"channelLinkId": outside.link, "operations": [{"action": nul, "data": {}}]}),
        ("menu", [named]),
    ):
        assert outside.tell(topic, body).status_code == 200
    connection = VendorConnection.objects.get()
    assert outside.register(connection.id, channelLinkName=f"Boss{nul}").status_code == 200
    told(outside, order_id, 20)

    assert not DeliverectMessage.objects.filter(state_name=Heard.WAITING.value).exists()
    assert state_of(order_id) is TicketState.ACCEPTED
    assert DeliverectLink.objects.get().name == "Boss\ufffd"


def test_what_is_nobodys_is_forgotten_after_a_week(outside: Deliverect, database: object) -> None:
    outside.tell("busy", {}, secret="x")
    with clock.shift(timedelta(days=8)):
        outside.tell("busy", {}, secret="x")

    assert DeliverectMessage.objects.count() == 1


def test_products_are_snoozed_and_come_back(outside: Deliverect, restaurant: Restaurant) -> None:
    until = clock.now() + timedelta(hours=6)
    items = [
        {"plu": "STK-01", "snoozeStart": clock.now().isoformat(), "snoozeEnd": until.isoformat()},
        {"plu": "SAUCE-01"},
        {"plu": "GHOST"},
    ]
    body = {"accountId": "5b", "locationId": LOCATION, "channelLinkId": outside.link}

    answer = outside.tell("snooze", body | {"operations": [{"action": "snooze", "data": {"items": items}}]})
    settle()

    assert answer.json() == {
        "results": [
            {
                "action": "snooze",
                "data": {"locationId": LOCATION, "allSnoozedItems": ["STK-01", "SAUCE-01", "GHOST"]},
            }
        ]
    }
    assert {gone.until for gone in selectors.menu(restaurant.id).unavailable} == {until, None}
    assert heard() == [(Heard.NOTED, "“GHOST” is not on the menu")]
    for _ in range(2):
        outside.tell("snooze", body | {"operations": [{"action": "unsnooze", "data": {"items": items[:2]}}]})
        settle()
    assert selectors.menu(restaurant.id).unavailable == ()


def test_busy_mode_pauses_slows_down_and_ends(outside: Deliverect, restaurant: Restaurant) -> None:
    def said(status: str, **more: Any) -> Restaurant:
        answer = outside.tell("busy", {"channelLinkId": outside.link, "status": status, **more})
        assert answer.json() == {"status": status}
        settle()
        return Restaurant.objects.get(pk=restaurant.id)

    usual = restaurant.preparation_minutes
    assert said("PAUSED").paused_until > clock.now() + timedelta(hours=23)
    busy = said("BUSY", delay=30)
    assert (busy.paused_until, busy.minutes_to_prepare) == (None, usual + 30)
    assert said("ONLINE").minutes_to_prepare == usual


def test_a_menu_published_there_is_published_here(outside: Deliverect, restaurant: Restaurant) -> None:
    made = menu(channelLinkId=outside.link)
    made["products"]["p1"]["price"] = 2100
    assert outside.tell("menu", [made]).status_code == 200
    settle()
    assert selectors.menu(restaurant.id).document.categories[0].items[0].price == 2100

    made["products"]["p1"]["price"] = "21.00"
    outside.tell("menu", {"menus": [made], "stores": [outside.link], "callback": "https://example.com"})
    settle()

    assert [state for state, _ in heard()] == [Heard.DONE, Heard.REFUSED]
    assert heard()[1][1] == "menus[0].products.p1.price: expected int, got str"
    assert selectors.menu(restaurant.id).version == 3


def test_registering_says_where_to_tell_what(outside: Deliverect, restaurant: Restaurant) -> None:
    answer = outside.register(restaurant.connection_id)

    assert answer.status_code == 200
    assert answer.json()["statusUpdateURL"].endswith("/api/v1/deliverect/status")
    assert set(answer.json()) == {
        "statusUpdateURL", "menuUpdateURL", "snoozeUnsnoozeURL", "busyModeURL", "updatePrepTimeURL",
    }  # fmt: skip
    link = DeliverectLink.objects.get()
    assert (link.connection_id, link.channel_link, link.active) == (
        restaurant.connection_id,
        outside.link,
        True,
    )


def test_a_link_is_one_connections_only(outside: Deliverect, restaurant: Restaurant) -> None:
    other = connect(open_restaurant("other"))

    assert outside.register(other.id).json()["code"] == "connection_refused"
    assert outside.register(uuid4()).json()["code"] == "connection_unknown"
    assert outside.register("nonsense").status_code == 404
    assert outside.tell("register", {"status": "active"}).json()["code"] == "deliverect_message_unreadable"
    assert DeliverectLink.objects.get().connection_id == restaurant.connection_id


def test_nobody_connects_by_deliverect_with_an_address_or_without_it(
    outside: Deliverect, database: object, settings: Any
) -> None:
    restaurant = open_restaurant()
    wanted = WantedConnection(
        name="Till", channel=ChannelName.DELIVERECT, restaurant_ids=(restaurant.id,), url="https://x.example"
    )
    with pytest.raises(ConnectionRefused, match="leave them empty"):
        services.connect(wanted=wanted)
    settings.TIFFIN_DELIVERECT_CLIENT_ID = ""
    with pytest.raises(ConnectionRefused, match="not registered"):
        connect(restaurant)


def test_an_order_of_another_way_is_not_moved_by_deliverect(
    outside: Deliverect, restaurant: Restaurant
) -> None:
    other = open_restaurant("other")
    order = order_for(other)
    services.offer_order(order=order)

    told(outside, order.order_id, 110)

    assert state_of(order.order_id) is TicketState.OFFERED
    assert heard()[-1][1].startswith("no connection is named by it")


def test_what_was_refused_is_done_again_by_staff(outside: Deliverect, restaurant: Restaurant) -> None:
    items = {"operations": [{"action": "snooze", "data": {"items": [{"plu": "NEW-1"}]}}]}
    outside.tell("snooze", {"channelLinkId": outside.link, **items})
    settle()
    made = menu()
    made["products"]["p1"]["plu"] = "NEW-1"
    import_menu(restaurant_id=restaurant.id, document=pushed(made), picture_files={})

    message = DeliverectMessage.objects.get(topic_name="snooze")
    services.do_again(message_id=message.id)
    settle()

    assert heard() == [(Heard.DONE, "")]
    assert len(selectors.menu(restaurant.id).unavailable) == 1


def test_what_was_heard_is_forgotten_when_the_region_says(
    outside: Deliverect, restaurant: Restaurant
) -> None:
    outside.tell("busy", {"channelLinkId": outside.link, "status": "ONLINE"})
    settle()
    with clock.shift(timedelta(days=400)):
        settle()

    assert DeliverectMessage.objects.count() == 0


def test_a_message_without_an_order_is_refused(outside: Deliverect, restaurant: Restaurant) -> None:
    for topic in ("status", "preparation"):
        body = {"status": 20, "channelLinkId": outside.link, "pickupTime": "2026-11-26T12:00:00Z"}
        outside.tell(topic, body)
    settle()

    assert [state for state, _ in heard()] == [Heard.REFUSED] * 2
