"""What is on the counter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from modules.restaurants import facts
from modules.restaurants.interface import PageUnknown, TicketPage, TicketState, TicketView
from modules.restaurants.models import Ticket
from modules.restaurants.selectors.ownership import require_own
from tiffin import db

MAX_TICKETS = 200
_NAMES = "SELECT id, name FROM restaurants_restaurant WHERE id = ANY(%s)"


def tickets(
    restaurant_ids: Iterable[UUID],
    *,
    states: Iterable[TicketState] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> TicketPage:
    """What is on these counters, newest first. Raises NotYourRestaurant, PageUnknown."""
    wanted = list(restaurant_ids)
    for restaurant_id in wanted:
        require_own(restaurant_id)
    rows = Ticket.objects.filter(restaurant_id__in=wanted).order_by("-id")
    names = [state.value for state in states]
    if names:
        rows = rows.filter(state_name__in=names)
    if cursor:
        rows = rows.filter(id__lt=_ticket_cursor(cursor))
    size = max(1, min(limit, MAX_TICKETS))
    page = list(rows[: size + 1])
    return TicketPage(
        tickets=tuple(ticket_views(page[:size])),
        next_cursor=str(page[size - 1].id) if len(page) > size else None,
    )


def get_tickets(order_ids: Iterable[UUID]) -> list[TicketView]:
    """The tickets of these orders, without those that were never offered."""
    return ticket_views(db.find(Ticket, id=list(order_ids)))


def ticket_views(rows: Sequence[Ticket]) -> list[TicketView]:
    """Tickets as they are shown. The names of their restaurants are read at once."""
    names: dict[UUID, str] = dict(db.select(_NAMES, list({row.restaurant_id for row in rows})))
    return [facts.ticket_view(row, names[row.restaurant_id]) for row in rows]


def ticket_view(row: Ticket) -> TicketView:
    return ticket_views([row])[0]


def ticket_answer(row: Ticket) -> TicketView:
    """The ticket as commands answer it. Those answers are kept: what its customer wrote is in none."""
    bare: TicketView = msgspec.structs.replace(ticket_view(row), note="")
    return bare


def _ticket_cursor(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise PageUnknown(cursor=cursor) from None
