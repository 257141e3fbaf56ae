"""The live stream of one order: server-sent events, resumable, served by the stream process.

A tail follows the orders' log and tells the streams of the order that moved. What does not go on from what a
stream has sent is read from the database, so that nothing is lost or invented when a process restarts. Where
the couriers are, and whether a wake was lost, is asked for all streams together (`watching.py`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed

from modules.orders.events import OrderMoved, TimelineMove
from modules.orders.interface import OrderUnknown, TimelineEntryView
from modules.orders.models import Order
from modules.orders.rest.progress import Standing, progress, standing_of
from modules.orders.rest.watching import Watch
from modules.orders.selectors.orders import entries_since
from modules.orders.states import is_final
from tiffin import clock, context, db
from tiffin.context import Actor, ActorKind
from tiffin.log import Recorded
from tiffin.log.tails import tail
from tiffin.web import sse
from tiffin.web.auth import ACCESS_COOKIE, principal_of
from tiffin.web.problems import Problem
from tiffin.web.tokens import TokenExpired, TokenInvalid

RETRY_MS = 2_000
PROGRESS_SECONDS = 15.0
"""A proxy that hears nothing for longer may hang up, and who hears nothing for longer may come again."""
OVERLAP = timedelta(seconds=5)

hub = sse.Hub()
watch = Watch(hub)
_following = threading.Lock()
_tails: list[threading.Thread] = []


class News(NamedTuple):
    """The entries since the last one sent, whether nothing more can come after them, and how the order stands
    after them, where that is news."""

    entries: Sequence[TimelineEntryView | TimelineMove]
    final: bool
    standing: Standing | None = None


NOTHING_NEW = News((), False)


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
    """First subscribe, then read: what happens in between wakes the subscription. Entries have ids and are
    replayed; progress has none, is sent after them, as the courier moves, and every PROGRESS_SECONDS."""
    with watch.follow(order_id) as (changes, watched):
        news = await asyncio.to_thread(_news, order_id, after)
        standing, sent = news.standing, None
        while True:
            for entry in news.entries:
                yield _event(entry)
                after = entry.seq
            standing = news.standing or standing
            if news.final or standing is None:
                return
            watched.seq, watched.courier_is_coming = max(watched.seq, after), standing.courier_is_coming
            if not standing.courier_is_coming:
                watched.position = None
            now = progress(standing, watched.position, now=clock.now())
            if now != sent:
                yield sse.event(now, name="progress")
                sent = now
            if await changes.wait(PROGRESS_SECONDS):
                news = await _told_or_read(changes.take(), order_id, after, standing)
            else:
                news, sent = NOTHING_NEW, None


async def _told_or_read(told: list[Any], order_id: UUID, after: int, standing: Standing) -> News:
    """What woke the stream: the log, a courier who moved, or, without a word, something that was missed."""
    moved = [event for event in told if isinstance(event, OrderMoved)]
    if told and not moved:
        return NOTHING_NEW
    news = _told(moved, after, standing)
    return await asyncio.to_thread(_news, order_id, after) if news is None else news


def _told(moved: list[OrderMoved], after: int, standing: Standing) -> News | None:
    """What the log tells, if it goes on from entry `after` without a gap and says how the order stands."""
    entries = [entry for event in moved for entry in event.moves]
    new = sorted({entry.seq: entry for entry in entries if entry.seq > after}.items())
    if not entries or [seq for seq, _ in new] != list(range(after + 1, after + 1 + len(new))):
        return None
    last = max(moved, key=lambda event: event.moves[-1].seq)
    if last.course is None:  # written before events said so
        return None
    return News([entry for _, entry in new], last.final, standing.after(last.moves[-1].axes, last.course))


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
    found = db.select("SELECT customer_id, timeline_seq FROM orders_order WHERE id = %s", order_id)
    if not found or found[0][0] != customer_id:
        raise OrderUnknown()
    return found[0][1] <= after and is_final(Order.get(order_id).axes)


def _news(order_id: UUID, after: int) -> News:
    """The entries are read at one moment: the last one says whether it is over."""
    close_old_connections()
    standing = standing_of(Order.get(order_id))
    entries = entries_since(order_id, 0)
    return News(
        tuple(entry for entry in entries if entry.seq > after),
        bool(entries) and is_final(entries[-1].axes),
        standing,
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
