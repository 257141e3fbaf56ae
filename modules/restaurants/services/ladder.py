"""The ladder: an order that nobody answers is taken from one way of telling to the next.

Pushed to the vendor's system, fetched from its feed, on the tablet, and at last by telephone. The ticket's
one deadline is what takes it on: there is no state in which an order could be forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from modules.restaurants.models import Restaurant, Ticket, TicketStep, VendorCall, VendorConnection
from modules.restaurants.models.vendors import CALL, CallState, ChannelName, VendorEvent
from modules.restaurants.policies import LadderTimes, ladder_times
from modules.restaurants.services.throttling import IN_THE_KITCHEN
from modules.restaurants.states import Rung
from tiffin import clock, context, db, regions

_NOTHING = timedelta()
_OFFERED = "order.offered"
_WHERE_TO = """
SELECT restaurant.region, connection.id, connection.channel, connection.disabled_at,
       restaurant.open_orders_limit,
       (SELECT count(*) FROM restaurants_ticket AS ticket
        WHERE ticket.restaurant_id = restaurant.id AND ticket.state = ANY(%s)),
       pg_try_advisory_xact_lock(hashtextextended('offer:' || restaurant.id, 0))
FROM restaurants_restaurant AS restaurant
LEFT JOIN restaurants_vendorconnection AS connection ON connection.id = restaurant.connection_id
WHERE restaurant.id = %s
"""


class WayIn(NamedTuple):
    """Where an order for a restaurant begins to wait, and how many others are open there: those that are
    committed. Unless it is `alone`, another order comes at this moment, which is not among them."""

    region: str
    connection_id: UUID | None
    rung: Rung
    open_orders: int
    limit: int | None
    alone: bool


def way_in(restaurant_id: UUID) -> WayIn | None:
    """None for a restaurant that nobody knows."""
    found = db.select(_WHERE_TO, list(IN_THE_KITCHEN), restaurant_id)
    if not found:
        return None
    region, connection_id, channel, disabled_at, limit, open_orders, alone = found[0]
    if connection_id is None or disabled_at is not None or channel == ChannelName.TABLET.value:
        rung = Rung.TABLET
    else:
        rung = Rung.POLL if channel == ChannelName.POLL.value else Rung.PUSH
    return WayIn(region, connection_id, rung, open_orders, limit, alone)


def looked_at_next(ticket: Ticket) -> datetime:
    """When it is time to see whether an offered order got through where it waits."""
    times = _times(ticket)
    waits = {Rung.PUSH: times.push, Rung.POLL: times.poll}.get(ticket.rung)
    call_at = _call_at(ticket, times)
    return call_at if waits is None else min(clock.now() + waits, call_at)


def climb(ticket: Ticket) -> datetime | None:
    """Take an offered order to where it waits next, and say until when; None when its time is over."""
    now, times = clock.now(), _times(ticket)
    ends_at = ticket.accept_by - (times.accept_before if _accepts(ticket, times) else _NOTHING)
    if now >= ends_at:
        return None
    if now >= _call_at(ticket, times):
        if ticket.rung is not Rung.CALL:
            _step(ticket, Rung.CALL, "nobody has answered")
            VendorCall.objects.get_or_create(ticket=ticket, defaults={"since": now})
        return ends_at
    if ticket.rung in (Rung.PUSH, Rung.POLL) and not _is_taken(ticket):
        _step(ticket, *_after(ticket))
        return looked_at_next(ticket)
    return _call_at(ticket, times)


def accepts_unanswered(ticket: Ticket) -> bool:
    """Whether an order whose time is over is accepted: as its restaurant wishes, if the region allows it."""
    return _accepts(ticket, _times(ticket))


def note_step(ticket: Ticket, what: str, cause: str) -> None:
    """Add to a ticket's history what was done, by whom, and why."""
    TicketStep.objects.create(
        ticket=ticket, at=clock.now(), what=what, actor=str(context.current().actor), cause=cause[:200]
    )


def close_call(ticket: Ticket, state: CallState) -> None:
    """Nobody need be called any more about a ticket that has left the ladder."""
    if ticket.rung is Rung.CALL:
        still_open = VendorCall.objects.filter(ticket=ticket, state_name__in=CALL.before(state))
        still_open.update(state_name=state.value)


def _times(ticket: Ticket) -> LadderTimes:
    region = regions.get(ticket.region)
    return ladder_times(region, on=region.local(clock.now()).date())


def _call_at(ticket: Ticket, times: LadderTimes) -> datetime:
    """Never before half of the time is over, however little there is."""
    halfway = ticket.state_since + (ticket.accept_by - ticket.state_since) / 2
    return max(halfway, ticket.accept_by - times.call_before)


def _accepts(ticket: Ticket, times: LadderTimes) -> bool:
    wished = Restaurant.objects.filter(pk=ticket.restaurant_id).values_list("accepts_unanswered", flat=True)
    return times.may_accept and wished.get()


def _is_taken(ticket: Ticket) -> bool:
    """Whether the vendor's system says that it has the order."""
    return VendorEvent.objects.filter(ticket=ticket, kind=_OFFERED, taken_at__isnull=False).exists()


def _after(ticket: Ticket) -> tuple[Rung, str]:
    """The next rung, and why: the feed is one only for whoever has been there since the order came."""
    if ticket.rung is Rung.POLL:
        return Rung.TABLET, "not fetched and acknowledged in time"
    polled_at = VendorConnection.get(ticket.connection_id).polled_at if ticket.connection_id else None
    if polled_at is not None and polled_at >= ticket.state_since:
        return Rung.POLL, "not taken when it was pushed"
    return Rung.TABLET, "not taken when it was pushed, and nobody polls"


def _step(ticket: Ticket, rung: Rung, cause: str) -> None:
    ticket.climb(rung)
    ticket.save(update_fields=["rung_name"])
    note_step(ticket, f"to_{rung.value}", cause)
