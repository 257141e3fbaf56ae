"""What is on the counter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from modules.identity.interface import Identity, RevealRefused
from modules.restaurants import facts
from modules.restaurants.interface import PageUnknown, TicketPage, TicketState, TicketView
from modules.restaurants.models import Ticket
from modules.restaurants.selectors.ownership import require_own
from tiffin import db
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call

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
        tickets=tuple(opened_views(page[:size])),
        next_cursor=str(page[size - 1].id) if len(page) > size else None,
    )


def get_tickets(order_ids: Iterable[UUID]) -> list[TicketView]:
    """The tickets of these orders, without those that were never offered."""
    return opened_views(db.find(Ticket, id=list(order_ids)))


def ticket_views(rows: Sequence[Ticket]) -> list[TicketView]:
    """Tickets as they are kept. The names of their restaurants are read at once."""
    names: dict[UUID, str] = dict(db.select(_NAMES, list({row.restaurant_id for row in rows})))
    return [facts.ticket_view(row, names[row.restaurant_id]) for row in rows]


def opened_views(rows: Sequence[Ticket]) -> list[TicketView]:
    """Tickets as they are shown: with the names of those whom dishes are for, opened at once. Where they
    cannot be, numbers stand for them, and nothing waits."""
    views = ticket_views(rows)
    sealed = {row.id: row.names for row in rows if row.names}
    if not sealed:
        return views
    try:
        opened = call(Identity).open_many(sealed=tuple(sealed.values()))
    except (RevealRefused, ModuleUnavailable, ModuleFault):
        return views
    names = dict(zip(sealed, opened, strict=True))
    return [facts.with_names(view, names.get(view.order_id) or ()) for view in views]


def ticket_view(row: Ticket) -> TicketView:
    return opened_views([row])[0]


def ticket_answer(row: Ticket) -> TicketView:
    """The ticket as commands answer it. Those answers are kept: what its customer wrote is in none."""
    (view,) = ticket_views([row])
    lines = tuple(msgspec.structs.replace(line, note="") if line.note else line for line in view.lines)
    bare: TicketView = msgspec.structs.replace(view, note="", lines=lines)
    return bare


def _ticket_cursor(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise PageUnknown(cursor=cursor) from None
