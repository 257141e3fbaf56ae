"""Keeping the log small: partitions, idle cursors, retention."""

from __future__ import annotations

from datetime import date, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, connections

from tiffin import clock
from tiffin.db.transactions import transaction
from tiffin.log import cursors, feed, remote_feed
from tiffin.log.publishing import SHARDS
from tiffin.log.readers import readers
from tiffin.log.subscribers import Subscriber, listening_to, subscribers
from tiffin.remote import home_of

log = structlog.get_logger(__name__)

LOG_RETENTION = timedelta(days=30)
DAYS_AHEAD = 7
ONE_DAY = timedelta(days=1)
FIRST_DAY = date(2000, 1, 1)


def tidy(module: str) -> None:
    """What beat has done once a minute for each module. Safe to repeat and beside itself."""
    cursors.ensure(module)
    ensure_partitions(module)
    for subscriber in subscribers(module):
        for producer in subscriber.producers:
            try:
                move_idle_cursors(subscriber, producer)
                announce(subscriber, producer)
            except feed.FeedUnavailable as error:
                log.warning("feed_unavailable", subscriber=subscriber.name, error=str(error))
    drop_read_partitions(module)


def ensure_partitions(module: str) -> None:
    """A partition for each of the coming days. A day without one goes to the default partition, not lost."""
    with connections[module].cursor() as cursor:
        cursor.execute("SELECT current_date")
        today = cursor.fetchone()[0]
        existing = set(_partitions(module))
        for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)):
            if day not in existing:
                _create_partition(module, day)


def move_idle_cursors(subscriber: Subscriber, producer: str) -> None:
    """Bring cursors with nothing to read up to the horizon, so that read partitions can go; and all of those
    of a subscriber that is not on."""
    epoch, txid, day, _ = feed.horizon(producer)
    places = cursors.places(subscriber, producer, range(SHARDS))
    unread = feed.read(producer, places, (), limit=1).events if subscriber.is_on() else []
    busy = {event.shard for event in unread}
    idle = [place for place in places if place.shard not in busy and place[1:3] < (epoch, txid)]
    with transaction(owner=subscriber.module):
        free = cursors.lock_unmoved(subscriber, producer, idle).shards
        horizon = [feed.Place(shard, epoch, txid, 0, day - timedelta(days=1)) for shard in free]
        cursors.move(subscriber, producer, horizon)


def announce(subscriber: Subscriber, producer: str) -> None:
    """Tell a producer that is elsewhere who reads its log, and how far it has come."""
    if home_of(producer) is None:
        return
    days = [place.day for place in cursors.all_places(subscriber, producer)]
    first = min((day for day in days if day is not None), default=None) if None not in days else None
    remote_feed.announce(producer, subscriber.name, subscriber.kinds(producer), first)


def drop_read_partitions(module: str) -> None:
    """Drop the days that every cursor has passed and whose retention is over."""
    kept_from = clock.now().date() - LOG_RETENTION
    read_from = _read_from(module)
    for day in _partitions(module):
        if day < kept_from and (read_from is None or day < read_from):
            with connections[module].cursor() as cursor:
                cursor.execute(f"DROP TABLE {_partition(day)}")
                cursor.execute(
                    "UPDATE log_home SET kept_from = greatest(kept_from, %s)", [day + timedelta(days=1)]
                )
            log.info("partition_dropped", module=module, day=day.isoformat())


def _read_from(module: str) -> date | None:
    """The first day that some subscriber may still read, or None when nobody listens."""
    kinds = {kind for s in subscribers() for producer, kind in s.handlers if producer == module}
    first = [reader.day or FIRST_DAY for reader in readers(module)]
    for subscriber in listening_to(module, kinds):
        if subscriber.module not in settings.TIFFIN_MODULES:
            continue
        days = [place.day or FIRST_DAY for place in cursors.all_places(subscriber, module)]
        first.append(min(days, default=FIRST_DAY))
    return min(first) if first else None


def _partition(day: date) -> str:
    return f"log_event_{day:%Y%m%d}"


def _partitions(module: str) -> list[date]:
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT to_date(right(relname, 8), 'YYYYMMDD') FROM pg_inherits"
            " JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'log_event'::regclass"
            " AND relname ~ '^log_event_[0-9]{8}$' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def _create_partition(module: str, day: date) -> None:
    try:
        with connections[module].cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {_partition(day)} PARTITION OF log_event"
                f" FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
            )
    except DatabaseError as error:
        # Rows of that day wait in the default partition already: nothing is lost, the day stays there.
        log.warning("partition_not_made", module=module, day=day.isoformat(), error=str(error))
