"""What a feed is asked for and what it answers."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from tiffin.log.events import Recorded


class Place(NamedTuple):
    """Where a reader stands in a shard: it has read everything up to and including this."""

    shard: int
    epoch: int = 0
    txid: int = 0
    position: int = 0
    day: date | None = None


class Page(NamedTuple):
    """Events after the places asked for, each shard's in order. `waiting` says that there are more of the
    wanted kinds, written by or after a transaction that still runs; `full` that a shard has more to read."""

    events: list[Recorded]
    waiting: bool
    full: bool


class Horizon(NamedTuple):
    """Below this epoch, transaction id and day everything is there to be read; `kept_from` is the first day
    that is still there, once days have been let go."""

    epoch: int
    txid: int
    day: date
    kept_from: date | None = None


class FeedUnavailable(Exception):
    """The producer's feed cannot be read now. Nothing was missed: the cursor stays where it is."""
