"""Tails: keep something in a process's memory fresh by following a log from a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import timedelta

import structlog
from django.db import close_old_connections, connections

from tiffin import clock
from tiffin.log import feed
from tiffin.log.events import Recorded
from tiffin.log.publishing import SHARDS

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.2
PAUSE_AFTER_ERROR_SECONDS = 1.0
EVENTS_A_SHARD = 200
ONE_DAY = timedelta(days=1)


class Tail(threading.Thread):
    """Reads `producer`'s log from `since` ago (default: now) and calls `callback` for each event of `kinds`
    (default: all), looking again every `poll_seconds`. At least once; a callback that fails is logged and
    passed."""

    def __init__(
        self,
        producer: str,
        callback: Callable[[Recorded], None],
        *,
        kinds: Collection[str],
        since: timedelta = timedelta(0),
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        super().__init__(name=f"tail-{producer}", daemon=True)
        self.producer = producer
        self.callback = callback
        self.kinds = frozenset(kinds)
        self.since = since
        self.poll_seconds = poll_seconds
        self._stopping = threading.Event()
        self._places: list[feed.Place] = []

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Follow until stopped; a database that is away is waited for."""
        while not self._stopping.is_set():
            try:
                pause = 0.0 if self.follow() else self.poll_seconds
            except Exception as error:
                log.warning("tail_interrupted", producer=self.producer, error=repr(error))
                close_old_connections()
                pause = PAUSE_AFTER_ERROR_SECONDS
            self._stopping.wait(pause)
        connections.close_all()

    def follow(self) -> bool:
        """Read what there is; True when there is more at once."""
        if not self._places:
            self._places = self._beginning()
        page = feed.read(self.producer, self._places, self.kinds, limit=EVENTS_A_SHARD)
        at = {place.shard: place for place in self._places}
        for event in page.events:
            if event.kind in self.kinds:
                self._tell(event)
            at[event.shard] = feed.Place(
                event.shard, event.epoch, event.txid, event.position, event.day - ONE_DAY
            )
        self._places = list(at.values())
        return page.full

    def _tell(self, event: Recorded) -> None:
        try:
            self.callback(event)
        except Exception:
            log.exception("tail_callback_failed", producer=self.producer, name=event.name)

    def _beginning(self) -> list[feed.Place]:
        began = feed.horizon(self.producer, clock.now() - self.since if self.since else None)
        return [
            feed.Place(shard, began.epoch, began.txid, 0, began.day - ONE_DAY - self.since)
            for shard in range(SHARDS)
        ]


def tail(
    producer: str,
    callback: Callable[[Recorded], None],
    *,
    kinds: Collection[str],
    since: timedelta = timedelta(0),
    poll_seconds: float = POLL_SECONDS,
) -> Tail:
    """Start a tail in this process. Call it after the process has forked."""
    started = Tail(producer, callback, kinds=kinds, since=since, poll_seconds=poll_seconds)
    started.start()
    return started
