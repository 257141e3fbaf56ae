"""An order that nobody answers: pushed, fetched, on the tablet, called about, and answered for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from modules.restaurants import services
from modules.restaurants.events import TicketAccepted, TicketRejected
from modules.restaurants.interface import (
    OfferedOrder,
    ProfileRefused,
    RejectReason,
    TicketConflict,
    TicketState,
    Working,
)
from modules.restaurants.models import Restaurant, Ticket, VendorCall, VendorConnection
from modules.restaurants.models.vendors import CallState, ChannelName
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.states import Rung
from modules.restaurants.tests.scenes import acting_as, kinds, last, open_restaurant, order_for
from modules.restaurants.tests.vendor_system import VendorSystem, vendor_system
from tiffin import clock, ids, regions
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


@pytest.fixture
def system(restaurant: Restaurant, settings: Any) -> Iterator[VendorSystem]:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with vendor_system() as system:
        connect(restaurant, system)
        yield system


def connect(restaurant: Restaurant, system: VendorSystem | None = None) -> VendorConnection:
    connection, secret = services.connect(
        wanted=WantedConnection(
            name="Till",
            channel=ChannelName.WEBHOOK if system else ChannelName.POLL,
            url=system.url if system else "",
            restaurant_ids=(restaurant.id,),
        )
    )
    if system:
        system.secret = secret
    return connection


def offer(restaurant: Restaurant) -> OfferedOrder:
    """With ten minutes to answer."""
    order = order_for(restaurant)
    services.offer_order(order=order)
    settle()
    return order


def rung_after(order: OfferedOrder, **by: float) -> Rung:
    with clock.shift(timedelta(**by)):
        settle()
    return Ticket.get(order.order_id).rung


def history(order: OfferedOrder) -> list[tuple[str, str]]:
    steps = Ticket.get(order.order_id).steps.all()
    return [(step.what, step.cause) for step in steps]


def test_whoever_has_no_system_is_called_before_the_time_is_over(restaurant) -> None:
    order = offer(restaurant)
    assert rung_after(order, minutes=5) is Rung.TABLET
    assert not VendorCall.objects.exists()
    assert rung_after(order, minutes=6, seconds=1) is Rung.CALL

    call = VendorCall.objects.get()
    assert (call.ticket_id, call.state_name) == (order.order_id, "waiting")
    assert history(order) == [("to_call", "nobody has answered")]


def test_what_is_not_taken_goes_to_the_tablet_when_nobody_polls(restaurant, system) -> None:
    system.answers = [500]
    order = offer(restaurant)
    assert Ticket.get(order.order_id).rung is Rung.PUSH
    assert rung_after(order, seconds=30) is Rung.PUSH
    assert rung_after(order, seconds=61) is Rung.TABLET
    assert rung_after(order, minutes=7) is Rung.CALL
    assert [what for what, _ in history(order)] == ["to_tablet", "to_call"]
    assert Ticket.get(order.order_id).steps.first().actor == "service"


def test_what_is_not_taken_goes_to_the_feed_for_whoever_polls_and_then_to_the_tablet(
    restaurant, system
) -> None:
    system.answers = [500]
    order = offer(restaurant)
    connection_id = Ticket.get(order.order_id).connection_id
    services.read_feed(connection_id=connection_id, after=None, limit=10)
    assert rung_after(order, seconds=61) is Rung.POLL
    assert rung_after(order, seconds=125) is Rung.TABLET


def test_what_was_taken_stays_there_until_somebody_must_call(restaurant, system) -> None:
    order = offer(restaurant)
    assert system.kinds == ["order.offered"]
    assert rung_after(order, minutes=5) is Rung.PUSH
    assert rung_after(order, minutes=7) is Rung.CALL


def test_what_was_fetched_and_acknowledged_stays_there_too(restaurant) -> None:
    connection = connect(restaurant)
    order, forgotten = offer(restaurant), offer(restaurant)
    first = services.read_feed(connection_id=connection.id, after=None, limit=1)
    services.acknowledge(connection_id=connection.id, through=first.last)
    assert rung_after(order, minutes=2) is Rung.POLL
    assert Ticket.get(forgotten.order_id).rung is Rung.TABLET


def test_an_answer_ends_the_ladder_and_the_call(restaurant) -> None:
    order = offer(restaurant)
    rung_after(order, minutes=7)
    services.accept(order_id=order.order_id, ready_in_minutes=20)

    assert VendorCall.objects.get().state_name == CallState.ANSWERED.value
    with pytest.raises(TicketConflict):
        services.note_call(order_id=order.order_id, reached=True)


def test_at_the_end_of_its_time_it_is_rejected_and_nobody_is_called_any_more(restaurant) -> None:
    order = offer(restaurant)
    rung_after(order, minutes=7)
    rung_after(order, minutes=11)

    assert last(order.order_id, TicketRejected).reason is RejectReason.NO_ANSWER
    assert VendorCall.objects.get().state_name == CallState.OVER.value
    assert [what for what, _ in history(order)] == ["to_call", "rejected"]


def test_whoever_wishes_it_has_it_accepted_a_little_before(restaurant) -> None:
    services.set_working(
        restaurant_id=restaurant.id, wanted=Working(accepts_unanswered=True, phone="+442079460000")
    )
    order = offer(restaurant)
    rung_after(order, minutes=9, seconds=29)
    assert Ticket.get(order.order_id).state is TicketState.OFFERED
    rung_after(order, minutes=9, seconds=31)

    assert Ticket.get(order.order_id).state is TicketState.ACCEPTED
    assert last(order.order_id, TicketAccepted).ready_in_minutes == restaurant.preparation_minutes
    assert [what for what, _ in history(order)] == ["to_call", "accepted"]


def test_where_the_region_does_not_let_anybody_wish_it_nothing_is_accepted_unanswered(
    restaurant, monkeypatch
) -> None:
    """Neither of those who wish it from then on, nor of those who wished it before."""
    wish = Working(accepts_unanswered=True)
    services.set_working(restaurant_id=restaurant.id, wanted=wish)
    gb = regions.get("gb")
    (row,) = gb.tables["vendors.may_accept_unanswered"]
    never = msgspec.structs.replace(row, data={"value": False})
    monkeypatch.setattr(gb, "tables", {**gb.tables, "vendors.may_accept_unanswered": (never,)})
    monkeypatch.setattr(gb, "_read", {})

    order = offer(restaurant)
    rung_after(order, minutes=11)
    assert last(order.order_id, TicketRejected).reason is RejectReason.NO_ANSWER
    with pytest.raises(ProfileRefused, match="somebody must answer"):
        services.set_working(restaurant_id=restaurant.id, wanted=wish)


def test_staff_accept_what_they_are_told_on_the_telephone(restaurant) -> None:
    order = offer(restaurant)
    rung_after(order, minutes=7)
    caller = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("operations",), regions=(EVERY_REGION,))
    with acting_as(caller):
        services.note_call(order_id=order.order_id, reached=False, note="engaged")
        assert VendorCall.objects.get().state_name == CallState.UNREACHABLE.value
        services.accept_by_phone(order_id=order.order_id, note="the chef")

    call = VendorCall.objects.get()
    assert (call.state_name, call.calls, call.note) == (CallState.ACCEPTED.value, 2, "the chef")
    assert kinds(order.order_id) == ["ticket_offered", "ticket_accepted"]
    steps = Ticket.get(order.order_id).steps.filter(what="call_accepted")
    assert [(step.actor, step.cause) for step in steps] == [(str(caller), "the chef")]


def test_staff_reject_what_they_are_told_on_the_telephone(restaurant) -> None:
    order = offer(restaurant)
    rung_after(order, minutes=7)
    services.reject_by_phone(order_id=order.order_id)

    assert Ticket.get(order.order_id).state is TicketState.REJECTED
    assert VendorCall.objects.get().state_name == CallState.REJECTED.value


def test_an_order_that_was_taken_back_is_off_the_list(restaurant) -> None:
    order = offer(restaurant)
    rung_after(order, minutes=7)
    services.withdraw_order(order_id=order.order_id, reason="customer")
    assert VendorCall.objects.get().state_name == CallState.OVER.value


def test_however_little_time_there_is_half_of_it_is_for_the_restaurant(restaurant) -> None:
    order = order_for(restaurant, minutes_to_accept=2)
    services.offer_order(order=order)
    assert rung_after(order, seconds=55) is Rung.TABLET
    assert rung_after(order, seconds=65) is Rung.CALL


def test_orders_through_a_disabled_connection_begin_on_the_tablet(restaurant, system) -> None:
    order = offer(restaurant)
    services.switch(connection_id=Ticket.get(order.order_id).connection_id, on=False)
    assert Ticket.get(offer(restaurant).order_id).rung is Rung.TABLET
