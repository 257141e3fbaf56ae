"""A restaurant whose till is behind Deliverect: orders leave, statuses come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from modules.restaurants import services
from modules.restaurants.interface import (
    RejectReason,
    TicketKind,
    TicketState,
)
from modules.restaurants.models import (
    Restaurant,
    Ticket,
    VendorEvent,
)
from modules.restaurants.models.deliverect import Heard
from modules.restaurants.models.vendors import EventState
from modules.restaurants.services.menus import import_menu
from modules.restaurants.tests.deliverect_documents import pushed
from modules.restaurants.tests.deliverect_scenes import (
    behind_deliverect,
    connect,
    heard,
    offer,
    state_of,
    steak_for,
    told,
)
from modules.restaurants.tests.deliverect_system import Deliverect
from modules.restaurants.tests.scenes import open_restaurant, order_for, order_for_two
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def restaurant(outside: Deliverect) -> Restaurant:
    return behind_deliverect(outside)


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


def test_whom_a_dish_is_for_is_its_remark(outside: Deliverect, restaurant: Restaurant) -> None:
    services.offer_order(order=order_for_two(steak_for(restaurant), "Zofia", "Jurek"))
    settle()

    ((_, document),) = outside.orders
    assert [item["remark"] for item in document["items"]] == ["Zofia: Extra hot", "Jurek"]
    assert [item["quantity"] for item in document["items"]] == [2, 2]
    assert document["payment"]["amount"] == 9200

    offer(restaurant)
    assert "remark" not in outside.orders[1][1]["items"][0]


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


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ((1, 2, 10, 25, 30, 40), "offered"),
        ((20,), "accepted"),
        ((95,), "accepted"),
        ((50,), "preparing"),
        ((60,), "ready"),
        ((70,), "ready"),
        ((90,), "ready"),
        ((20, 80, 81, 83, 84, 85, 87, 89), "accepted"),  # of a courier's, who is not Deliverect's
        ((20, 100), "accepted"),  # our own word
        ((120,), "offered"),
    ],
)
def test_each_documented_status_means_what_it_says(
    outside: Deliverect, restaurant: Restaurant, statuses: tuple[int, ...], state: str
) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, *statuses)

    assert state_of(order_id).value == state
    assert not [reason for _, reason in heard() if "unknown" in reason]


@pytest.mark.parametrize("status", [47, 0, 99, "soon", "", -5])
def test_an_unknown_status_never_blocks(outside: Deliverect, restaurant: Restaurant, status: Any) -> None:
    order_id = offer(restaurant)

    told(outside, order_id, status, 20)

    assert state_of(order_id) is TicketState.ACCEPTED
    assert [state for state, _ in heard()] == [Heard.NOTED, Heard.DONE]
