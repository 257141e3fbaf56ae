"""Orders on the counter: offered, cooked, handed to a courier."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from modules.restaurants.events import (
    TicketAccepted,
    TicketCollected,
    TicketDelayed,
    TicketLate,
    TicketOffered,
    TicketPreparing,
    TicketReady,
    TicketRejected,
    TicketWithdrawn,
)
from modules.restaurants.interface import (
    DelayReason,
    DelayRefused,
    OfferedOrder,
    RejectReason,
    RestaurantUnknown,
    TicketConflict,
    TicketKind,
    TicketState,
    TicketUnknown,
)
from modules.restaurants.models import Restaurant, Ticket
from modules.restaurants.models.vendors import CallState
from modules.restaurants.selectors import require_own
from modules.restaurants.services.absence import GIVEN_UP_UNANSWERED, pause_if_absent
from modules.restaurants.services.ladder import (
    accepts_unanswered,
    climb,
    close_call,
    looked_at_next,
    note_step,
    way_in,
)
from modules.restaurants.services.telling import told
from modules.restaurants.services.throttling import have_weighed, may_be_loaded
from tiffin import clock, db, jobs
from tiffin.log import Event, publish

DEADLINE = "ticket_overdue"
LATE_AFTER = timedelta(minutes=30)
"""How long after the promised time, and how often from then on, a ticket that stands still is called late."""
LONGEST_PROMISE = timedelta(hours=3)
FORGOTTEN_AFTER = timedelta(hours=12)
"""A ticket this old is nobody's any more and leaves the counter."""


def offer_order(*, order: OfferedOrder) -> Ticket:
    """Put an order on the counter; it rejects itself unless it is answered by `accept_by`.

    Raises:
        RestaurantUnknown
    """
    with db.transaction():
        way = way_in(order.restaurant_id)
        if way is None:
            raise RestaurantUnknown(restaurant=str(order.restaurant_id))
        ticket = Ticket(
            id=order.order_id,
            region=way.region,
            connection_id=way.connection_id,
            rung_name=way.rung.value,
            restaurant_id=order.restaurant_id,
            reference=order.reference,
            lines=msgspec.to_builtins(order.lines),
            note=order.note,
            names=order.names,
            total=order.total.amount,
            currency=order.total.currency,
            placed_at=order.placed_at,
            accept_by=order.accept_by,
            fulfilment=order.fulfilment.value,
            wanted_at=order.wanted_at,
            minimum_age=order.minimum_age,
        )
        if not db.insert(ticket, unless_taken=("id",)):
            return Ticket.get(order.order_id)
        jobs.set_deadline(ticket, DEADLINE, due=looked_at_next(ticket))
        others = way.open_orders
        if not way.alone or may_be_loaded(way.region, open_orders=others + 1, limit=way.limit):
            have_weighed(order.restaurant_id, region=way.region)
        event = TicketOffered(
            order_id=ticket.id, restaurant_id=ticket.restaurant_id, accept_by=order.accept_by
        )
        publish(ticket, event, parts=told(ticket, event))
    return ticket


def accept(*, order_id: UUID, ready_in_minutes: int) -> Ticket:
    """Promise to cook it. Accepting again keeps the first promise. Raises TicketUnknown, TicketConflict,
    NotYourRestaurant."""
    return _move_own(order_id, TicketState.ACCEPTED, _promise(ready_in_minutes))


def start_preparing(*, order_id: UUID) -> Ticket:
    """Raises TicketUnknown, TicketConflict, NotYourRestaurant."""

    def start(ticket: Ticket) -> Event:
        return TicketPreparing(order_id=ticket.id, restaurant_id=ticket.restaurant_id)

    return _move_own(order_id, TicketState.PREPARING, start)


def mark_ready(*, order_id: UUID) -> Ticket:
    """The bag stands on the counter. Raises TicketUnknown, TicketConflict, NotYourRestaurant."""

    def put_out(ticket: Ticket) -> Event:
        jobs.set_deadline(ticket, DEADLINE, due=clock.now() + LATE_AFTER)
        return TicketReady(order_id=ticket.id, restaurant_id=ticket.restaurant_id)

    return _move_own(order_id, TicketState.READY, put_out)


def postpone(*, order_id: UUID, ready_at: datetime, reason: DelayReason) -> Ticket:
    """Promise it for later. Saying the same time again changes nothing.

    Raises TicketUnknown, NotYourRestaurant, TicketConflict for what is not in the kitchen, and DelayRefused
    for a time that is not later than the promise, or further away than LONGEST_PROMISE.
    """
    with db.transaction():
        ticket = _lock(order_id)
        require_own(ticket.restaurant_id)
        promised = ticket.ready_at
        if promised is None or ticket.state not in (TicketState.ACCEPTED, TicketState.PREPARING):
            raise TicketConflict(state=ticket.state_name, wanted="delayed")
        if ready_at == promised:
            return ticket
        if not max(promised, clock.now()) < ready_at <= clock.now() + LONGEST_PROMISE:
            raise DelayRefused(
                promised=f"{promised:%H:%M} UTC", minutes=LONGEST_PROMISE // timedelta(minutes=1)
            )
        ticket.ready_at = ready_at
        jobs.set_deadline(ticket, DEADLINE, due=ready_at + LATE_AFTER)
        delayed = TicketDelayed(
            order_id=ticket.id,
            restaurant_id=ticket.restaurant_id,
            ready_at=ready_at,
            minutes=math.ceil((ready_at - promised) / timedelta(minutes=1)),
            reason=reason,
        )
        publish(ticket, delayed, saving=("ready_at",), parts=told(ticket, delayed))
    return ticket


def reject(*, order_id: UUID, reason: RejectReason) -> Ticket:
    """Not cook it. Raises TicketUnknown, TicketConflict, NotYourRestaurant."""
    return _move_own(order_id, TicketState.REJECTED, _refusal(reason))


def withdraw_order(*, order_id: UUID, reason: str) -> Ticket:
    """Take an order back; one that the restaurant rejected already is left as it is.

    Raises TicketUnknown, and TicketConflict once it is collected.
    """
    with db.transaction():
        ticket = _lock(order_id)
        if ticket.state is not TicketState.REJECTED:
            unanswered = ticket.state is TicketState.OFFERED and reason == GIVEN_UP_UNANSWERED
            _move(ticket, TicketState.WITHDRAWN, _withdrawal(reason))
            if unanswered:
                pause_if_absent(ticket.restaurant_id)
    return ticket


def cancel(*, order_id: UUID, reason: RejectReason) -> Ticket:
    """The restaurant cannot finish what it has accepted: its customer gets the money back.

    Raises TicketUnknown, NotYourRestaurant, and TicketConflict for what is only offered, or gone already.
    """
    with db.transaction():
        ticket = _lock(order_id)
        require_own(ticket.restaurant_id)
        if ticket.state is TicketState.OFFERED:
            raise TicketConflict(state=ticket.state_name, wanted="cancelled; reject it")
        _move(ticket, TicketState.WITHDRAWN, _withdrawal(reason.value))
    return ticket


def hand_over(*, order_id: UUID, age_checked: bool = False) -> Ticket:
    """The customer has fetched it, and is as old as what is in it asks for.

    Raises TicketUnknown, NotYourRestaurant, and TicketConflict also for what
    a courier comes for: that it left is the courier's to say."""
    with db.transaction():
        ticket = _lock(order_id)
        require_own(ticket.restaurant_id)
        if ticket.fulfilment != TicketKind.PICKUP.value:
            raise TicketConflict(state=f"{ticket.state_name}, for a courier", wanted="handed to the customer")
        if ticket.minimum_age and not age_checked:
            wanted = (
                f"handed over before somebody has seen that the customer is {ticket.minimum_age} or older"
            )
            raise TicketConflict(state=ticket.state_name, wanted=wanted)
        _move(ticket, TicketState.COLLECTED, _collection)
    return ticket


@db.transaction_required
def collect(*, order_id: UUID) -> None:
    """A courier has the bag. An order withdrawn meanwhile stays so: nothing can be done about it here."""
    try:
        ticket = _lock(order_id)
    except TicketUnknown:
        return
    if not ticket.is_final:
        _move(ticket, TicketState.COLLECTED, _collection)


@db.transaction_required
def overdue(*, order_id: UUID) -> None:
    """The time that a ticket had in its state is over: nobody answered, or nobody came."""
    ticket = Ticket.lock(order_id)
    if ticket.is_final:
        return
    if ticket.state is TicketState.OFFERED:
        _unanswered(ticket)
    elif clock.now() - (ticket.wanted_at or ticket.placed_at) > FORGOTTEN_AFTER:
        _move(ticket, TicketState.WITHDRAWN, _withdrawal("forgotten"))
    else:
        jobs.set_deadline(ticket, DEADLINE, due=clock.now() + LATE_AFTER)
        late = TicketLate(
            order_id=ticket.id,
            restaurant_id=ticket.restaurant_id,
            state=ticket.state,
            since=ticket.state_since,
        )
        publish(ticket, late, parts=told(ticket, late))


def _unanswered(ticket: Ticket) -> None:
    """An offered order is told by the next way, or answered as the region and the restaurant have it."""
    until = climb(ticket)
    if until is not None:
        jobs.set_deadline(ticket, DEADLINE, due=until)
        return
    close_call(ticket, CallState.OVER)
    if accepts_unanswered(ticket):
        note_step(ticket, "accepted", "nobody has answered, and the restaurant wishes it so")
        minutes = Restaurant.get(ticket.restaurant_id).minutes_to_prepare
        _move(ticket, TicketState.ACCEPTED, _promise(minutes))
    else:
        note_step(ticket, "rejected", "nobody has answered")
        _move(ticket, TicketState.REJECTED, _refusal(RejectReason.NO_ANSWER))
        pause_if_absent(ticket.restaurant_id)


def _promise(ready_in_minutes: int) -> Callable[[Ticket], Event]:
    def promise(ticket: Ticket) -> Event:
        ready_at = clock.now() + timedelta(minutes=ready_in_minutes)
        ticket.ready_at = ready_at
        jobs.set_deadline(ticket, DEADLINE, due=ready_at + LATE_AFTER)
        return TicketAccepted(
            order_id=ticket.id,
            restaurant_id=ticket.restaurant_id,
            ready_in_minutes=ready_in_minutes,
            ready_at=ready_at,
        )

    return promise


def _collection(ticket: Ticket) -> Event:
    return TicketCollected(order_id=ticket.id, restaurant_id=ticket.restaurant_id)


def _refusal(reason: RejectReason) -> Callable[[Ticket], Event]:
    def refuse(ticket: Ticket) -> Event:
        ticket.reason = reason.value
        return TicketRejected(order_id=ticket.id, restaurant_id=ticket.restaurant_id, reason=reason)

    return refuse


def _withdrawal(reason: str) -> Callable[[Ticket], Event]:
    def take_back(ticket: Ticket) -> Event:
        ticket.reason = reason
        return TicketWithdrawn(order_id=ticket.id, restaurant_id=ticket.restaurant_id, reason=reason)

    return take_back


def _move_own(order_id: UUID, state: TicketState, doing: Callable[[Ticket], Event]) -> Ticket:
    """The restaurant itself moves its ticket on."""
    with db.transaction():
        ticket = _lock(order_id)
        require_own(ticket.restaurant_id)
        _move(ticket, state, doing)
    return ticket


def _move(ticket: Ticket, state: TicketState, doing: Callable[[Ticket], Event]) -> None:
    """State, what goes with it, deadline and event in one; a press of the same button again does nothing."""
    if ticket.state is state:
        return
    if ticket.state is TicketState.OFFERED:
        close_call(ticket, CallState.OVER if state is TicketState.WITHDRAWN else CallState.ANSWERED)
    ticket.move_to(state)
    event = doing(ticket)
    if ticket.is_final:
        # Nobody cooks it any more: what the customer wrote has done its work.
        ticket.note = ticket.names = ""
        ticket.lines = [{**line, "note": ""} for line in ticket.lines]
        jobs.clear_deadline(ticket)
    publish(ticket, event, saving=Ticket.fields(), parts=told(ticket, event))


def _lock(order_id: UUID) -> Ticket:
    try:
        return Ticket.lock(order_id)
    except Ticket.DoesNotExist:
        raise TicketUnknown(order=str(order_id)) from None
