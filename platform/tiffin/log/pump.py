"""The pump: moves a batch of a producer's events into a subscriber's schema, effects and cursor together."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

import structlog
from django.db import DataError, IntegrityError
from django.db import Error as DatabaseTrouble
from psycopg.errors import DeadlockDetected, TransactionTimeout

from tiffin.context import DeadlineExceeded
from tiffin.db.transactions import transaction
from tiffin.log import cursors, feed, held
from tiffin.log.events import Recorded
from tiffin.log.handling import handle, handle_all
from tiffin.log.nudges import LANES
from tiffin.log.pages import Place
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import Subscriber, UnknownVersion

log = structlog.get_logger(__name__)

EVENTS_A_SHARD = 50
# A batch of handlers must end well within the serving roles' transaction_timeout, on a busy day too.
EVENTS_A_BATCH = 100
# So many keys failing in one batch are no longer the events' fault: the subscriber stops and alarms.
FAILURES_THAT_STOP = 20
ONE_DAY = timedelta(days=1)
_chance = random.SystemRandom()


class Progress(NamedTuple):
    """`moved` events; `waiting` when there are more that are not readable yet or another pump is at, `full`
    when there are more than were read at once."""

    moved: int
    waiting: bool
    full: bool = False


def shards_of(lane: int) -> range:
    return range(lane, SHARDS, LANES)


def pump(
    subscriber: Subscriber, producer: str, shards: Sequence[int], known: dict[int, Place] | None = None
) -> Progress:
    """Move one batch. Safe beside other pumps on the same shards: each event's effect happens once.

    `known` are the places up to which whoever pumps again and again has just read, and is kept so; what turns
    out to stand elsewhere is forgotten, and read from the cursors the next time.

    The log is read before any lock is taken, so that an idle pump holds no transaction back. A batch that
    fails or takes too long is done again event by event. Raises django.db.Error when the database, not an
    event, is at fault.
    """
    known = {} if known is None else known
    if not subscriber.pumped:
        return Progress(0, False)
    with _claimed(subscriber, producer, shards) as mine:
        if not mine:
            return Progress(0, True)
        progress = _pump(subscriber, producer, mine, known)
    return progress if len(mine) == len(shards) else progress._replace(waiting=True)


# What the threads of this process are at: two that read the same would each do half of it, twice.
_at_work: set[tuple[str, str, int]] = set()
_lock = threading.Lock()


@contextmanager
def _claimed(subscriber: Subscriber, producer: str, shards: Sequence[int]) -> Iterator[list[int]]:
    """Those that no other thread is at."""
    with _lock:
        mine = [shard for shard in shards if (subscriber.name, producer, shard) not in _at_work]
        places = [(subscriber.name, producer, shard) for shard in mine]
        _at_work.update(places)
    try:
        yield mine
    finally:
        with _lock:
            _at_work.difference_update(places)


def _pump(subscriber: Subscriber, producer: str, shards: Sequence[int], known: dict[int, Place]) -> Progress:
    if any(shard not in known for shard in shards):
        known.update({place.shard: place for place in cursors.places(subscriber, producer, shards)})
    places = [known.pop(shard) for shard in shards if shard in known]
    page = feed.read(producer, places, subscriber.kinds(producer), limit=EVENTS_A_SHARD)
    at = {place.shard: place for place in places}
    moved, left = 0, _turned(fresh(page.events, at))
    while left:
        batch, left = left[:EVENTS_A_BATCH], left[EVENTS_A_BATCH:]
        done = _move(subscriber, producer, at, batch)
        if done is None:
            return Progress(moved, False)
        for event in batch:
            if event.shard in done:
                moved += 1
                at[event.shard] = place_after(event)
            else:
                # Another is at it: where it stands now is not ours to reckon, but to be read.
                at.pop(event.shard, None)
        left = [event for event in left if event.shard in at]
    known.update(at)
    return Progress(moved, page.waiting or len(at) < len(places), page.full)


def _turned(events: list[Recorded]) -> list[Recorded]:
    """Beginning with any of the shards, so that pumps of other processes do not all begin with the same."""
    if not events:
        return events
    first = _chance.choice(events).shard
    return sorted(events, key=lambda event: (event.shard - first) % SHARDS)


def fresh(events: list[Recorded], at: dict[int, Place]) -> list[Recorded]:
    """The events beyond their shard's place, each once: what comes over a network may come again."""
    beyond = {shard: place[1:4] for shard, place in at.items()}
    found = []
    for event in events:
        where = (event.epoch, event.txid, event.position)
        if where > beyond[event.shard]:
            beyond[event.shard] = where
            found.append(event)
    return found


def _move(
    subscriber: Subscriber, producer: str, at: dict[int, Place], events: list[Recorded]
) -> set[int] | None:
    """Move a batch as one, or else singly. Returns the shards whose events of it were all moved by us; None
    when the subscriber has stopped."""
    try:
        return _move_batch(subscriber, producer, at, events)
    except UnknownVersion as error:
        _stop(subscriber, producer, str(error))
        return None
    except Exception as error:
        if not is_event_fault(error) and not _is_too_much_at_once(error):
            raise
        return _move_singly(subscriber, producer, dict(at), events)


def is_event_fault(error: Exception) -> bool:
    """Whether an event can be blamed. A database error is never its fault, but for values that no try can
    ever store (IntegrityError, DataError)."""
    if isinstance(error, DatabaseTrouble):
        return isinstance(error, (IntegrityError, DataError))
    return not isinstance(error, (DeadlineExceeded, MemoryError))


def _is_too_much_at_once(error: Exception) -> bool:
    """Whether one event at a time may get through where a batch did not. A batch locks several aggregates, in
    the order of its events, and another batch may lock them in another order; or it takes too long."""
    return isinstance(error.__cause__, (DeadlockDetected, TransactionTimeout))


def _move_batch(
    subscriber: Subscriber, producer: str, at: dict[int, Place], events: list[Recorded]
) -> set[int]:
    read = [at[shard] for shard in sorted({event.shard for event in events})]
    if not any(subscriber.handler(event.name) for event in events):
        return cursors.pass_over(subscriber, producer, read, _ends(events))
    with transaction(owner=subscriber.module):
        free, holding = cursors.lock_unmoved(subscriber, producer, read)
        mine = [event for event in events if event.shard in free]
        if not mine:
            return free
        following = held.keep_followers(subscriber, producer, mine) if holding else set()
        handle_all(subscriber, [event for event in mine if event.event_id not in following])
        cursors.move(subscriber, producer, _ends(mine))
    return free


def _move_singly(
    subscriber: Subscriber, producer: str, at: dict[int, Place], events: list[Recorded]
) -> set[int] | None:
    failed: set[object] = set()
    mine = {event.shard for event in events}
    for event in events:
        if event.shard not in mine:
            continue
        try:
            done = _move_one(subscriber, producer, at[event.shard], event)
        except UnknownVersion as error:
            _stop(subscriber, producer, str(error))
            return None
        except Exception as error:
            if not is_event_fault(error):
                raise
            done = _hold_one(subscriber, producer, at[event.shard], event, error)
            failed.add(event.key)
        if not done:
            mine.discard(event.shard)
        if len(failed) >= FAILURES_THAT_STOP:
            _stop(
                subscriber, producer, f"{len(failed)} keys failed in one batch; the last: see the held events"
            )
            return None
        at[event.shard] = place_after(event)
    return mine


def _move_one(subscriber: Subscriber, producer: str, place: Place, event: Recorded) -> bool:
    with transaction(owner=subscriber.module):
        if not cursors.lock_unmoved(subscriber, producer, [place]).shards:
            return False
        if not held.keep_followers(subscriber, producer, [event]):
            handle(subscriber, event)
        cursors.move(subscriber, producer, [place_after(event)])
    return True


def _hold_one(subscriber: Subscriber, producer: str, place: Place, event: Recorded, error: Exception) -> bool:
    with transaction(owner=subscriber.module):
        if not cursors.lock_unmoved(subscriber, producer, [place]).shards:
            return False
        held.hold(subscriber, producer, event, error)
        cursors.move(subscriber, producer, [place_after(event)])
    return True


def batched(events: list[Recorded], size: int) -> Iterator[list[Recorded]]:
    """`events` in their order, `size` at a time."""
    for first in range(0, len(events), size):
        yield events[first : first + size]


def _ends(events: list[Recorded]) -> list[Place]:
    last = {event.shard: event for event in events}
    return [place_after(event) for event in last.values()]


def place_after(event: Recorded) -> Place:
    """Where a reader stands that has read so far."""
    # The day is a lower bound for what comes next: a transaction may have begun the day before.
    return Place(event.shard, event.epoch, event.txid, event.position, event.day - ONE_DAY)


def _stop(subscriber: Subscriber, producer: str, cause: str) -> None:
    cursors.stop(subscriber, producer, cause)
    log.error("subscriber_stopped", subscriber=subscriber.name, producer=producer, cause=cause)
