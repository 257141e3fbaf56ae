"""The call list: what staff do by telephone about orders that nobody answers."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from modules.restaurants.interface import RejectReason, TicketConflict, TicketUnknown
from modules.restaurants.models import Restaurant, Ticket, VendorCall
from modules.restaurants.models.vendors import CALL, CallState
from modules.restaurants.services.counter import accept, reject
from modules.restaurants.services.ladder import note_step
from tiffin import clock, db


def note_call(*, order_id: UUID, reached: bool, note: str = "") -> None:
    """Staff have called, and the order is not answered yet.

    Raises TicketUnknown, and TicketConflict when nobody need be called any more.
    """
    with db.transaction():
        ticket = _lock_open(order_id)
        _write(ticket, CallState.CALLED if reached else CallState.UNREACHABLE, note)


def accept_by_phone(*, order_id: UUID, note: str = "") -> Ticket:
    """The restaurant cooks it, and said so on the telephone: ready when its dishes usually are.

    Raises TicketUnknown, TicketConflict.
    """
    with db.transaction():
        ticket = _lock_open(order_id)
        _write(ticket, CallState.ACCEPTED, note)
        minutes = Restaurant.get(ticket.restaurant_id).minutes_to_prepare
        return accept(order_id=order_id, ready_in_minutes=minutes)


def reject_by_phone(*, order_id: UUID, note: str = "") -> Ticket:
    """The restaurant does not cook it, and said so on the telephone. Raises TicketUnknown, TicketConflict."""
    with db.transaction():
        ticket = _lock_open(order_id)
        _write(ticket, CallState.REJECTED, note)
        return reject(order_id=order_id, reason=RejectReason.OTHER)


def _lock_open(order_id: UUID) -> Ticket:
    try:
        ticket = Ticket.lock(order_id)
    except Ticket.DoesNotExist:
        raise TicketUnknown(order=str(order_id)) from None
    call = VendorCall.objects.filter(ticket=ticket).first()
    if call is None or not call.is_open:
        raise TicketConflict(state=ticket.state_name, wanted="answered by telephone: it is off the call list")
    return ticket


def _write(ticket: Ticket, state: CallState, note: str) -> None:
    still_open = VendorCall.objects.filter(ticket=ticket, state_name__in=CALL.before(state))
    still_open.update(state_name=state.value, calls=F("calls") + 1, called_at=clock.now(), note=note[:200])
    note_step(ticket, f"call_{state.value}", note)
