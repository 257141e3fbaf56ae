"""What the streams of a process need beside the log, asked for all of them together: once in a while where
the couriers are, and whether a wake was lost. A stream asks nothing by itself while it waits."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from django.db import Error as DatabaseTrouble
from django.db import close_old_connections

from modules.delivery.interface import Point as Whereabouts
from modules.delivery.interface import Position
from modules.orders.geography import distance_m
from modules.orders.interface import Point
from modules.orders.models import Order
from modules.orders.rest.progress import positions_of
from tiffin.web import sse

log = structlog.get_logger(__name__)

TICK_SECONDS = 5.0
REVIEW_TICKS = 3
"""Every so many ticks it is looked whether a wake was lost."""
AT_ONCE = 500
NOTABLE_METRES = 25
NOTABLE_AGE = timedelta(seconds=15)


class Watched:
    """One order that streams follow: how far they have sent, and where its courier is."""

    __slots__ = ("courier_is_coming", "position", "seq", "streams")

    def __init__(self) -> None:
        self.streams = 0
        self.seq = 0
        self.courier_is_coming = False
        self.position: Position | None = None


class Watch:
    """The orders that are followed in this process. Each event loop has one task that asks for all."""

    def __init__(self, hub: sse.Hub) -> None:
        self.hub = hub
        self.orders: dict[UUID, Watched] = {}
        self._tasks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Task[None]] = WeakKeyDictionary()

    @contextmanager
    def follow(self, order_id: UUID) -> Iterator[tuple[sse.Subscription, Watched]]:
        """Be woken with an OrderMoved when the order moves, with a Position when its courier does, and with
        nothing when something may have been missed."""
        with self.hub.subscribe(order_id) as changes:
            watched = self.orders.setdefault(order_id, Watched())
            watched.streams += 1
            self._begin()
            try:
                yield changes, watched
            finally:
                watched.streams -= 1
                if not watched.streams:
                    self.orders.pop(order_id, None)

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        task = self._tasks.get(loop)
        if task is None or task.done():
            # In a context of its own: it asks for the house and not for who came first.
            self._tasks[loop] = loop.create_task(self._look_again(), context=contextvars.Context())

    async def _look_again(self) -> None:
        ticks = 0
        while self.orders:
            await asyncio.sleep(TICK_SECONDS)
            ticks += 1
            try:
                await self._look_for_couriers()
                if ticks % REVIEW_TICKS == 0:
                    await self._look_for_lost_wakes()
            except Exception:
                log.exception("streams_not_looked_after")  # and again at the next tick

    async def _look_for_couriers(self) -> None:
        coming = [order_id for order_id, watched in self.orders.items() if watched.courier_is_coming]
        for some in _portions(coming):
            for position in await asyncio.to_thread(_positions, some):
                watched = self.orders.get(position.order_id)
                if watched is not None and _is_notable(watched.position, position):
                    watched.position = position
                    self.hub.wake(position.order_id, partial(_same, position))

    async def _look_for_lost_wakes(self) -> None:
        for some in _portions(list(self.orders)):
            for order_id, seq in await asyncio.to_thread(_lengths, some):
                watched = self.orders.get(order_id)
                if watched is not None and seq > watched.seq:
                    self.hub.wake(order_id)


def _same(position: Position) -> Position:
    return position


def _portions(order_ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(order_ids), AT_ONCE):
        yield order_ids[start : start + AT_ONCE]


def _positions(order_ids: Sequence[UUID]) -> list[Position]:
    close_old_connections()
    return positions_of(order_ids)


def _lengths(order_ids: Sequence[UUID]) -> list[tuple[UUID, int]]:
    """How long the timelines are; nothing while the database is away: it is looked again."""
    close_old_connections()
    try:
        return list(Order.objects.filter(pk__in=order_ids).values_list("pk", "timeline_seq"))
    except DatabaseTrouble as error:
        log.warning("streams_not_reviewed", error=type(error).__name__)
        return []


def _is_notable(before: Position | None, now: Position) -> bool:
    """Whether somebody who saw the one should be told of the other."""
    if before is None or now.courier_id != before.courier_id:
        return True
    if now.at <= before.at:
        return False
    return now.at - before.at >= NOTABLE_AGE or _apart(before.point, now.point) >= NOTABLE_METRES


def _apart(one: Whereabouts, other: Whereabouts) -> int:
    return distance_m(Point(lat=one.lat, lon=one.lon), Point(lat=other.lat, lon=other.lon))
