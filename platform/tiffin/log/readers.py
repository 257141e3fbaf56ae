"""Who reads this log from other deployables: the producer nudges them and keeps what they have not read.

Each deployable announces its readers once a minute; a row stays until `manage.py readers --forget`.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from django.db import connections

from tiffin import clock
from tiffin.remote import elsewhere

# So long a reader that has just announced itself may wait for its first nudge; the sweep finds it before.
KNOWN_FOR_SECONDS = 5.0


class Reader(NamedTuple):
    """A subscriber of another deployable; `day` is the first it may still read, None for the very first."""

    subscriber: str
    kinds: frozenset[str]
    day: date | None

    @property
    def module(self) -> str:
        return self.subscriber.partition(".")[0]


_known: dict[str, tuple[float, tuple[Reader, ...]]] = {}


def remember(producer: str, subscriber: str, kinds: Collection[str], day: date | None) -> None:
    """Note a reader that has announced itself."""
    with connections[producer].cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_reader (subscriber, kinds, day, seen_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (subscriber) DO UPDATE"
            " SET kinds = excluded.kinds, day = excluded.day, seen_at = excluded.seen_at",
            [subscriber, list(kinds), day, clock.now()],
        )


def readers(producer: str) -> tuple[Reader, ...]:
    """Those who read `producer`'s log from where their module runs now: elsewhere."""
    away = list(elsewhere())
    if not away:
        return ()
    with connections[producer].cursor() as cursor:
        cursor.execute(
            "SELECT subscriber, kinds, day FROM log_reader WHERE split_part(subscriber, '.', 1) = ANY(%s)",
            [away],
        )
        return tuple(Reader(name, frozenset(kinds), day) for name, kinds, day in cursor.fetchall())


def listening_elsewhere(producer: str, kinds: Collection[str]) -> list[Reader]:
    """Those of them who listen to any of these kinds, as known a few seconds ago at most."""
    if not elsewhere():
        return []
    now = time.monotonic()
    asked_at, known = _known.get(producer, (0.0, ()))
    if not asked_at or now - asked_at > KNOWN_FOR_SECONDS:
        known = readers(producer)
        _known[producer] = now, known
    return [reader for reader in known if not reader.kinds.isdisjoint(kinds)]
