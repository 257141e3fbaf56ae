"""An order on the counter, from the offer to the courier's hands."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from modules.delivery.events import CourierPickedUp
from modules.restaurants import handlers, selectors, services
from modules.restaurants.events import (
    TicketAccepted,
    TicketDelayed,
    TicketLate,
    TicketRejected,
    TicketWithdrawn,
)
from modules.restaurants.interface import (
    DelayReason,
    DelayRefused,
    NotYourRestaurant,
    OfferedOrder,
    RejectReason,
    Restaurants,
    RestaurantUnknown,
    TicketConflict,
    TicketState,
    TicketUnknown,
)
from modules.restaurants.models import Ticket
from modules.restaurants.states import FINAL, TRANSITIONS
from modules.restaurants.tests.scenes import acting_as, cook_of, kinds, last, open_restaurant, order_for
from tiffin import clock, db, ids
from tiffin.interfaces import CommandKey, call
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def order(database: object) -> OfferedOrder:
    """An order that lies on a counter."""
    order = order_for(open_restaurant())
    services.offer_order(order=order)
    return order


def state_of(order: OfferedOrder) -> TicketState:
    return Ticket.objects.get(pk=order.order_id).state


def pick_up(order_id: UUID) -> None:
    with db.transaction(owner="restaurants"):
        handlers.bag_collected(CourierPickedUp(order_id=order_id, courier_id=ids.new_id()))


def test_an_order_goes_over_the_counter(order: OfferedOrder) -> None:
    services.accept(order_id=order.order_id, ready_in_minutes=20)
    services.start_preparing(order_id=order.order_id)
    services.mark_ready(order_id=order.order_id)
    pick_up(order.order_id)

    assert kinds(order.order_id) == [
        "ticket_offered",
        "ticket_accepted",
        "ticket_preparing",
        "ticket_ready",
        "ticket_collected",
    ]
    assert state_of(order) is TicketState.COLLECTED


def test_accepting_promises_a_time(order: OfferedOrder) -> None:
    ticket = services.accept(order_id=order.order_id, ready_in_minutes=20)

    accepted = last(order.order_id, TicketAccepted)
    assert accepted.ready_at == ticket.ready_at
    assert timedelta(minutes=19) < accepted.ready_at - clock.now() <= timedelta(minutes=20)


def test_offering_again_is_the_same_ticket(order: OfferedOrder) -> None:
    services.offer_order(order=order)

    assert kinds(order.order_id) == ["ticket_offered"]


def test_pressing_a_button_twice_does_it_once(order: OfferedOrder) -> None:
    services.accept(order_id=order.order_id, ready_in_minutes=20)
    services.accept(order_id=order.order_id, ready_in_minutes=40)

    assert kinds(order.order_id) == ["ticket_offered", "ticket_accepted"]
    assert last(order.order_id, TicketAccepted).ready_in_minutes == 20


def test_an_unanswered_order_rejects_itself(order: OfferedOrder) -> None:
    with clock.shift(timedelta(minutes=11)):
        settle()

    assert last(order.order_id, TicketRejected).reason is RejectReason.NO_ANSWER
    assert state_of(order) is TicketState.REJECTED


def test_an_accepted_order_that_stands_still_is_called_late_and_forgotten_in_the_end(
    order: OfferedOrder,
) -> None:
    services.accept(order_id=order.order_id, ready_in_minutes=20)

    with clock.shift(timedelta(minutes=51)):
        settle()
    assert last(order.order_id, TicketLate).state is TicketState.ACCEPTED
    with clock.shift(timedelta(hours=13)):
        settle()

    assert last(order.order_id, TicketWithdrawn).reason == "forgotten"
    assert state_of(order) is TicketState.WITHDRAWN


def test_a_rejected_order_cannot_be_accepted(order: OfferedOrder) -> None:
    services.reject(order_id=order.order_id, reason=RejectReason.TOO_BUSY)

    with pytest.raises(TicketConflict) as refusal:
        services.accept(order_id=order.order_id, ready_in_minutes=5)

    assert refusal.value.sentence == "The order is rejected; it cannot become accepted."
    assert kinds(order.order_id) == ["ticket_offered", "ticket_rejected"]


def test_every_move_that_the_table_does_not_know_is_refused(order: OfferedOrder) -> None:
    ticket = Ticket.objects.get(pk=order.order_id)

    for state, allowed in TRANSITIONS.items():
        for wanted in set(TRANSITIONS) - allowed:
            ticket.state_name = state.value
            with pytest.raises(TicketConflict):
                ticket.move_to(wanted)


def test_every_state_is_reached_and_every_way_ends() -> None:
    reached, ahead = {TicketState.OFFERED}, [TicketState.OFFERED]
    while ahead:
        new = TRANSITIONS[ahead.pop()] - reached
        reached |= new
        ahead += new

    assert reached == set(TRANSITIONS) == set(TicketState) - {TicketState.UNKNOWN}
    assert {TicketState.COLLECTED, TicketState.REJECTED, TicketState.WITHDRAWN} == FINAL


def test_withdrawing_leaves_what_was_rejected_and_what_was_collected(order: OfferedOrder) -> None:
    services.reject(order_id=order.order_id, reason=RejectReason.CLOSING)
    assert services.withdraw_order(order_id=order.order_id, reason="expired").state is TicketState.REJECTED

    gone = order_for(open_restaurant("other"))
    services.offer_order(order=gone)
    services.accept(order_id=gone.order_id, ready_in_minutes=5)
    pick_up(gone.order_id)
    with pytest.raises(TicketConflict):
        services.withdraw_order(order_id=gone.order_id, reason="customer")


def test_a_courier_who_comes_for_a_withdrawn_order_changes_nothing(order: OfferedOrder) -> None:
    services.withdraw_order(order_id=order.order_id, reason="customer")

    pick_up(order.order_id)
    pick_up(ids.new_id())

    assert state_of(order) is TicketState.WITHDRAWN


def test_only_its_own_restaurant_answers(order: OfferedOrder) -> None:
    somebody_else = cook_of(open_restaurant("other"))

    with acting_as(somebody_else), pytest.raises(NotYourRestaurant):
        services.accept(order_id=order.order_id, ready_in_minutes=5)
    with acting_as(somebody_else), pytest.raises(TicketUnknown):
        services.accept(order_id=ids.new_id(), ready_in_minutes=5)


def test_orders_offer_and_withdraw_through_the_interface(database: object) -> None:
    order = order_for(open_restaurant())

    offered = call(Restaurants).offer_order(key=CommandKey("offer"), order=order)
    assert (offered.state, offered.lines, offered.note) == (TicketState.OFFERED, order.lines, "")
    (seen,) = call(Restaurants).get_tickets(order_ids=[order.order_id])
    assert seen.note == order.note

    withdrawn = call(Restaurants).withdraw_order(
        key=CommandKey("withdraw"), order_id=order.order_id, reason="customer"
    )
    assert withdrawn.state is TicketState.WITHDRAWN
    assert call(Restaurants).get_tickets(order_ids=[order.order_id]) == [withdrawn]


def test_an_order_for_nobody_is_refused(database: object) -> None:
    restaurant = open_restaurant()
    restaurant.id = ids.new_id()

    with pytest.raises(RestaurantUnknown):
        call(Restaurants).offer_order(key=CommandKey("offer"), order=order_for(restaurant))


def test_the_counter_lists_newest_first_by_pages(database: object) -> None:
    restaurant = open_restaurant()
    orders = [order_for(restaurant) for _ in range(5)]
    for order in orders:
        services.offer_order(order=order)
    services.accept(order_id=orders[0].order_id, ready_in_minutes=5)

    first = selectors.tickets([restaurant.id], limit=3)
    second = selectors.tickets([restaurant.id], limit=3, cursor=first.next_cursor)

    listed = [ticket.order_id for ticket in (*first.tickets, *second.tickets)]
    assert listed == sorted((order.order_id for order in orders), reverse=True)
    assert second.next_cursor is None
    accepted = selectors.tickets([restaurant.id], states=[TicketState.ACCEPTED])
    assert [ticket.order_id for ticket in accepted.tickets] == [orders[0].order_id]


def delay(order: OfferedOrder, minutes: int, promised: Ticket) -> Ticket:
    assert promised.ready_at is not None
    ready_at = promised.ready_at + timedelta(minutes=minutes)
    return services.delay(order_id=order.order_id, ready_at=ready_at, reason=DelayReason.BUSY)


def test_what_takes_longer_is_promised_for_later_once(order: OfferedOrder) -> None:
    promised = services.accept(order_id=order.order_id, ready_in_minutes=20)
    for _ in range(2):
        delay(order, 10, promised)

    assert kinds(order.order_id) == ["ticket_offered", "ticket_accepted", "ticket_delayed"]
    delayed = last(order.order_id, TicketDelayed)
    assert (delayed.minutes, delayed.reason) == (10, DelayReason.BUSY)
    assert Ticket.get(order.order_id).ready_at == delayed.ready_at
    with clock.shift(timedelta(minutes=55)):
        settle()
    assert "ticket_late" not in kinds(order.order_id), "it is late from its new time on"


@pytest.mark.parametrize("minutes", [-5, 181])
def test_a_time_that_is_no_delay_or_too_far_away_is_refused(order: OfferedOrder, minutes: int) -> None:
    promised = services.accept(order_id=order.order_id, ready_in_minutes=20)
    with pytest.raises(DelayRefused):
        delay(order, minutes, promised)


def test_what_is_not_in_the_kitchen_is_not_delayed(order: OfferedOrder) -> None:
    with pytest.raises(TicketConflict):
        services.delay(order_id=order.order_id, ready_at=clock.now(), reason=DelayReason.OTHER)
    promised = services.accept(order_id=order.order_id, ready_in_minutes=20)
    services.mark_ready(order_id=order.order_id)
    with pytest.raises(TicketConflict):
        delay(order, 10, promised)
