"""The live stream of one order: server-sent events, resumable, served by the stream process.

A tail follows the orders' log and tells the streams of the order that moved. What does not go on from what a
stream has sent is read from the database, so that nothing is lost or invented when a process restarts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from modules.orders.events import OrderMoved, TimelineMove
from modules.orders.interface import OrderUnknown, TimelineEntryView
from modules.orders.models import Order
from modules.orders.selectors.orders import entries_since
from modules.orders.states import is_final
from tiffin import context
from tiffin.context import Actor, ActorKind
from tiffin.log import Recorded
from tiffin.log.tails import tail
from tiffin.web import sse
from tiffin.web.auth import ACCESS_COOKIE, principal_of
from tiffin.web.problems import Problem
from tiffin.web.tokens import TokenExpired, TokenInvalid

RETRY_MS = 2_000
OVERLAP = timedelta(seconds=5)

hub = sse.Hub()
_following = threading.Lock()
_tails: list[threading.Thread] = []


class News(NamedTuple):
    """The entries since the last one sent, and whether nothing more can come after them."""

    entries: Sequence[TimelineEntryView | TimelineMove]
    final: bool


async def stream(request: HttpRequest, order_id: UUID) -> HttpResponseBase:
    """GET /api/v1/orders/{id}/stream. 204 tells an EventSource that has everything not to come again.

    Raises OrderUnknown for another customer's order, and the problems of a bad token.
    """
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    customer = _customer(request)
    after = _last_event_id(request)
    if await asyncio.to_thread(_has_everything, order_id, customer, after):
        return HttpResponse(status=204)
    _follow_the_log()
    return sse.respond(_events(order_id, after))


async def _events(order_id: UUID, after: int) -> AsyncGenerator[bytes, None]:
    """First subscribe, then read: what happens in between wakes the subscription. What nobody woke it for is
    found when the heartbeat is due."""
    with hub.subscribe(order_id) as changes:
        while True:
            news = _told(changes.take(), after)
            if news is None:
                news = await asyncio.to_thread(_news, order_id, after)
            for entry in news.entries:
                yield _event(entry)
                after = entry.seq
            if news.final:
                return
            if not await changes.wait():
                yield sse.HEARTBEAT


def _told(moved: list[OrderMoved], after: int) -> News | None:
    """What the log tells, if it goes on from entry `after` without a gap."""
    entries = [entry for event in moved for entry in event.moves]
    new = sorted({entry.seq: entry for entry in entries if entry.seq > after}.items())
    if not entries or [seq for seq, _ in new] != list(range(after + 1, after + 1 + len(new))):
        return None
    last = max(moved, key=lambda event: event.moves[-1].seq)
    return News([entry for _, entry in new], last.final)


def _event(entry: TimelineEntryView | TimelineMove) -> bytes:
    data = {
        "seq": entry.seq,
        "at": entry.at,
        "status": entry.status,
        "axes": entry.axes,
        "note": entry.note,
    }
    return sse.event(data, name="status", id=str(entry.seq), retry_ms=RETRY_MS)


def _has_everything(order_id: UUID, customer_id: UUID, after: int) -> bool:
    """Whether nothing can come after entry `after`. Raises OrderUnknown for another customer's order."""
    close_old_connections()
    try:
        order = Order.get(order_id)
    except Order.DoesNotExist:
        raise OrderUnknown() from None
    if order.customer_id != customer_id:
        raise OrderUnknown()
    return is_final(order.axes) and order.timeline_seq <= after


def _news(order_id: UUID, after: int) -> News:
    """Read at one moment: the last entry says how the order stands."""
    close_old_connections()
    entries = entries_since(order_id, 0)
    return News(
        tuple(entry for entry in entries if entry.seq > after), bool(entries) and is_final(entries[-1].axes)
    )


def _customer(request: HttpRequest) -> UUID:
    """Whose stream it is: by header, or by the cookie that an EventSource sends."""
    actor = _actor(request)
    if actor.kind is not ActorKind.CUSTOMER or actor.id is None:
        raise Problem("not_allowed")
    context.change(actor=actor)
    return actor.id


def _actor(request: HttpRequest) -> Actor:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        token = request.COOKIES.get(ACCESS_COOKIE, "")
    if not token:
        raise Problem("not_authenticated")
    try:
        return principal_of(token).actor
    except TokenExpired:
        raise Problem("token_expired") from None
    except TokenInvalid:
        raise Problem("token_invalid") from None


def _last_event_id(request: HttpRequest) -> int:
    given = request.headers.get("Last-Event-ID", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _follow_the_log() -> None:
    """One tail a process, started by its first stream; it begins before what that stream has read."""
    with _following:
        if not _tails:
            _tails.append(tail(OrderMoved.producer, _wake, kinds={OrderMoved.kind}, since=OVERLAP))


def _wake(event: Recorded) -> None:
    hub.wake(event.key, event.decode)
