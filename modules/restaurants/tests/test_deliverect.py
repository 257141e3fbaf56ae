"""A restaurant whose till is behind Deliverect: orders leave, statuses come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from modules.restaurants import selectors, services
from modules.restaurants.channels.deliverect.order import order_document, price_of
from modules.restaurants.channels.deliverect.token import forget_token
from modules.restaurants.interface import (
    ConnectionRefused,
    ItemId,
    OfferedOrder,
    OrderId,
    RejectReason,
    RestaurantId,
    TicketChoice,
    TicketKind,
    TicketLine,
    TicketState,
    TicketView,
)
from modules.restaurants.models import (
    DeliverectLink,
    DeliverectMessage,
    Restaurant,
    Ticket,
    VendorConnection,
    VendorEvent,
)
from modules.restaurants.models.deliverect import Heard
from modules.restaurants.models.vendors import ChannelName, EventState
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.services.menus import import_menu
from modules.restaurants.tests.deliverect_documents import LOCATION, menu, pushed
from modules.restaurants.tests.deliverect_system import Deliverect, deliverect
from modules.restaurants.tests.scenes import open_restaurant, order_for
from tiffin import clock
from tiffin.money import Money
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def outside(database: object, settings: Any) -> Iterator[Deliverect]:
    with deliverect() as system:
        system.configure(settings)
        forget_token()
        yield system


@pytest.fixture
def restaurant(outside: Deliverect) -> Restaurant:
    """Its menu came from Deliverect, and its connection is active there."""
    made = open_restaurant()
    import_menu(restaurant_id=made.id, document=pushed(), picture_files={})
    outside.register(connect(made).id)
    return Restaurant.objects.get(pk=made.id)


def connect(restaurant: Restaurant) -> VendorConnection:
    wanted = WantedConnection(name="Till", channel=ChannelName.DELIVERECT, restaurant_ids=(restaurant.id,))
    connection, _ = services.connect(wanted=wanted)
    return connection


def steak_for(restaurant: Restaurant, **changes: Any) -> OfferedOrder:
    """Two steaks, well done, with three fries of which one is free."""
    steak = selectors.menu(restaurant.id).document.categories[0].items[0]
    cooking, sides = steak.groups
    line = TicketLine(
        title="Steak frites",
        count=2,
        item_id=steak.id,
        price=1900 + 400,
        choices=(
            TicketChoice(item_id=cooking.options[1].id, title="Well done", count=1, price=0),
            TicketChoice(item_id=sides.options[0].id, title="Fries", count=3, price=400),
        ),
    )
    order = order_for(restaurant)
    fields = {"lines": (line,), "total": Money(amount=4600, currency="GBP"), **changes}
    return type(order)(**{**{name: getattr(order, name) for name in order.__struct_fields__}, **fields})


def offer(restaurant: Restaurant, **changes: Any) -> UUID:
    order = steak_for(restaurant, **changes)
    services.offer_order(order=order)
    settle()
    return order.order_id


def state_of(order_id: UUID) -> TicketState:
    return Ticket.get(order_id).state


def heard(**wanted: Any) -> list[tuple[Heard, str]]:
    """What became of the messages, as they came."""
    rows = DeliverectMessage.objects.filter(**wanted).exclude(topic_name="register").order_by("at", "id")
    return [(row.state, row.reason) for row in rows]


def told(outside: Deliverect, order_id: UUID, *statuses: int | str) -> None:
    for status in statuses:
        assert outside.status(order_id, status).status_code == 200
        settle()


def test_an_offered_order_leaves_as_deliverects_document(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)

    ((link, document),) = outside.orders
    assert link == outside.link
    assert (document["channelOrderId"], document["channelOrderDisplayId"]) == (str(order_id), "K7Q4")
    assert (document["orderType"], document["deliveryIsAsap"], document["courier"]) == (2, True, "tiffin")
    assert (document["payment"], document["decimalDigits"]) == ({"amount": 4600, "type": 3, "due": 0}, 2)
    assert document["orderIsAlreadyPaid"] is True
    (steak,) = document["items"]
    assert (steak["plu"], steak["price"], steak["quantity"]) == ("STK-01", 1900, 2)
    assert [(item["plu"], item["price"], item["quantity"]) for item in steak["subItems"]] == [
        ("COOK-02", 0, 1),
        ("SI-01", 133, 2),
        ("SI-01", 134, 1),
    ]


def test_nobodys_name_or_address_leaves(outside: Deliverect, restaurant: Restaurant) -> None:
    offer(restaurant)

    ((_, document),) = outside.orders
    assert document["note"] == "No lid, please"
    assert not {"customer", "deliveryAddress", "deliveryInfo"} & document.keys()


def test_a_pickup_for_later_says_when(outside: Deliverect, restaurant: Restaurant) -> None:
    at = (clock.now() + timedelta(hours=3)).replace(microsecond=0)
    offer(restaurant, fulfilment=TicketKind.PICKUP, wanted_at=at)
    offer(restaurant, wanted_at=at)

    pickup, delivery = (document for _, document in outside.orders)
    assert (pickup["orderType"], pickup["deliveryIsAsap"]) == (1, False)
    assert pickup["pickupTime"] == delivery["deliveryTime"] == at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "deliveryTime" not in pickup


def test_one_token_serves_until_it_is_refused(outside: Deliverect, restaurant: Restaurant) -> None:
    offer(restaurant)
    offer(restaurant)
    assert len(outside.accounts) == 1

    outside.tokens.clear()
    offer(restaurant)
    with clock.shift(timedelta(seconds=5)):
        settle()
    assert (len(outside.accounts), len(outside.orders)) == (2, 3)


def test_what_deliverect_does_not_take_comes_again(outside: Deliverect, restaurant: Restaurant) -> None:
    outside.answers = [503, 500]
    offer(restaurant)
    assert outside.orders == []

    for seconds in (5, 10):
        with clock.shift(timedelta(seconds=seconds)):
            settle()

    assert len(outside.orders) == 1
    assert VendorEvent.objects.get(kind="order.offered").state is EventState.DELIVERED


def test_an_order_taken_back_is_cancelled_there(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)

    services.withdraw_order(order_id=order_id, reason="customer")
    settle()

    (cancelled,) = outside.cancelled
    assert (cancelled["channelOrderId"], cancelled["status"]) == (str(order_id), 100)
    assert cancelled["cancellationReason"] == "customer"


@pytest.mark.parametrize("by", ["a press", "nobody"])
def test_an_order_that_we_reject_is_cancelled_there(
    outside: Deliverect, restaurant: Restaurant, by: str
) -> None:
    order_id = offer(restaurant)

    if by == "a press":
        services.reject(order_id=order_id, reason=RejectReason.TOO_BUSY)
        settle()
    else:
        with clock.shift(timedelta(hours=1)):
            settle()

    assert state_of(order_id) is TicketState.REJECTED
    (cancelled,) = outside.cancelled
    assert (cancelled["channelOrderId"], cancelled["status"]) == (str(order_id), 100)


@pytest.mark.parametrize("status", [35, 110])
def test_a_till_that_refused_is_not_told_so(outside: Deliverect, restaurant: Restaurant, status: int) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, status)

    assert state_of(order_id) is TicketState.REJECTED
    assert outside.cancelled == []


def test_an_order_that_is_over_is_not_posted_any_more(outside: Deliverect, restaurant: Restaurant) -> None:
    outside.answers = [503]
    order_id = offer(restaurant)
    services.reject(order_id=order_id, reason=RejectReason.TOO_BUSY)

    with clock.shift(timedelta(seconds=5)):
        settle()

    assert (outside.orders, outside.cancelled) == ([], [])


def test_an_order_that_no_till_could_read_stays_on_the_counter(
    outside: Deliverect, restaurant: Restaurant
) -> None:
    order = order_for(restaurant)
    services.offer_order(order=order)
    settle()

    assert (outside.orders, state_of(order.order_id)) == ([], TicketState.OFFERED)
    answer = VendorEvent.objects.get(ticket_id=order.order_id).tries.first().answer
    assert answer == "The order does not say which dish “Coffee” is."


def test_nothing_leaves_before_deliverect_has_activated_it(outside: Deliverect) -> None:
    restaurant = open_restaurant()
    import_menu(restaurant_id=restaurant.id, document=pushed(), picture_files={})
    connection = connect(restaurant)
    outside.register(connection.id, "register")
    offer(restaurant)
    assert outside.orders == []

    outside.register(connection.id, "active")
    with clock.shift(timedelta(seconds=5)):
        settle()
    assert len(outside.orders) == 1
    outside.register(connection.id, "inactive")
    offer(restaurant)
    assert len(outside.orders) == 1


def test_statuses_move_the_order_to_the_end(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, 1, 2, 10)
    assert state_of(order_id) is TicketState.OFFERED
    told(outside, order_id, 20)
    assert state_of(order_id) is TicketState.ACCEPTED
    minutes = (Ticket.get(order_id).ready_at - clock.now()) / timedelta(minutes=1)
    assert 14 < minutes <= 15
    told(outside, order_id, 40, 50)
    assert state_of(order_id) is TicketState.PREPARING
    told(outside, order_id, "70", 90)
    assert state_of(order_id) is TicketState.READY


def test_the_tills_own_time_is_promised(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)
    at = clock.now() + timedelta(minutes=40)
    body = {"channelOrderId": str(order_id), "orderId": "5e", "location": "5c", "status": 6}
    assert outside.tell("preparation", body | {"pickupTime": at.isoformat()}).status_code == 200
    settle()

    told(outside, order_id, 20)

    assert abs(Ticket.get(order_id).ready_at - at) < timedelta(minutes=1)
    later, sooner = at + timedelta(minutes=15), at - timedelta(minutes=15)
    for moment in (later, sooner):
        outside.tell("preparation", body | {"pickupTime": moment.isoformat()})
    outside.tell("preparation", body)
    settle()
    assert Ticket.get(order_id).ready_at == later
    assert [state for state, _ in heard(topic_name="preparation")] == [
        Heard.DONE,
        Heard.DONE,
        Heard.NOTED,
        Heard.REFUSED,
    ]


def test_statuses_twice_late_and_out_of_order_do_no_harm(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, 70, 50, 20, 70, 20)

    assert state_of(order_id) is TicketState.READY
    assert [state for state, _ in heard()] == [Heard.DONE] + [Heard.NOTED] * 4
    kinds = VendorEvent.objects.filter(ticket_id=order_id).values_list("kind", flat=True)
    assert sorted(kinds) == ["order.accepted", "order.offered", "order.ready"]


@pytest.mark.parametrize(("before", "after"), [((), "rejected"), ((20, 50), "withdrawn")])
def test_a_till_that_refuses_gives_the_order_up(
    outside: Deliverect, restaurant: Restaurant, before: tuple[int, ...], after: str
) -> None:
    order_id = offer(restaurant)
    told(outside, order_id, *before, 110, 20)

    assert state_of(order_id).value == after
    assert heard()[-1] == (Heard.NOTED, f"the order is {after} already")


def test_what_failed_on_its_way_stays_on_the_counter(outside: Deliverect, restaurant: Restaurant) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, 120, 124)

    assert state_of(order_id) is TicketState.OFFERED
    assert heard()[0] == (Heard.NOTED, "status 120: not at the till; it stays on the counter")


@pytest.mark.parametrize("status", [47, 0, 99, "soon", "", -5])
def test_an_unknown_status_never_blocks(outside: Deliverect, restaurant: Restaurant, status: Any) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, status, 20)

    assert state_of(order_id) is TicketState.ACCEPTED
    assert [state for state, _ in heard()] == [Heard.NOTED, Heard.DONE]


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


PRICES = st.integers(min_value=0, max_value=5_000)


@st.composite
def choices(draw: st.DrawFn, depth: int = 2) -> TicketChoice:
    below = draw(st.lists(choices(depth=depth - 1), max_size=2)) if depth else []
    count = draw(st.integers(min_value=1, max_value=7))
    return TicketChoice(
        item_id=ItemId(UUID(int=draw(st.integers(1, 5)))),
        title="Option",
        count=count,
        price=draw(PRICES),
        choices=tuple(below),
    )


@given(
    st.lists(st.tuples(PRICES, st.lists(choices(), max_size=3), st.integers(1, 5)), min_size=1, max_size=4)
)
@settings(max_examples=200, deadline=None)
def test_the_items_cost_what_is_paid(drawn: list[tuple[int, list[TicketChoice], int]]) -> None:
    """Whatever is free, nested, or does not divide."""
    lines = tuple(
        TicketLine(
            title="Dish",
            count=count,
            item_id=ItemId(UUID(int=9)),
            price=price + sum(price_of(choice) for choice in chosen),
            choices=tuple(chosen),
        )
        for price, chosen, count in drawn
    )
    total = sum((line.price or 0) * line.count for line in lines)
    now = clock.now()
    order = TicketView(
        order_id=OrderId(UUID(int=1)),
        restaurant_id=RestaurantId(UUID(int=2)),
        restaurant_name="Corner",
        reference="K7Q4",
        state=TicketState.OFFERED,
        lines=lines,
        placed_at=now,
        accept_by=now,
        total=Money(amount=total, currency="GBP"),
    )

    made = order_document(
        order, {UUID(int=n): f"PLU-{n}" for n in range(1, 10)}, ready_at=now, courier="tiffin"
    )

    def cost(item: dict[str, Any]) -> int:
        assert item["price"] >= 0 and item["quantity"] > 0  # noqa: PT018 - one claim
        return int(item["quantity"] * (item["price"] + sum(map(cost, item["subItems"]))))

    assert sum(map(cost, made["items"])) == made["payment"]["amount"] == total
