"""Cursors: how far each subscriber has read, kept in its own schema and moved with its effects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connections

from tiffin import clock
from tiffin.log.pages import Place
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import Subscriber, UnknownVersion, subscribers
from tiffin.log.subscribers import subscriber as find_subscriber


def ensure(module: str) -> None:
    """Give every subscriber of `module` a cursor for each shard of each producer it listens to."""
    wanted = [
        (subscriber.name, producer, shard)
        for subscriber in subscribers(module)
        for producer in subscriber.producers
        for shard in range(SHARDS)
    ]
    if not wanted:
        return
    names, producers, shards = zip(*wanted, strict=True)
    with connections[module].cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_cursor"
            " (subscriber, producer, shard, epoch, txid, position, moved_at, stopped_cause)"
            " SELECT *, 0, 0, 0, %s, '' FROM unnest(%s::text[], %s::text[], %s::smallint[])"
            " ON CONFLICT DO NOTHING",
            [clock.now(), list(names), list(producers), list(shards)],
        )


def places(subscriber: Subscriber, producer: str, shards: Sequence[int]) -> list[Place]:
    """Where the subscriber reads on: its place in each shard that is not stopped."""
    return [place for place, stopped_at in _places(subscriber, producer, shards) if stopped_at is None]


def open_places(module: str) -> dict[tuple[str, str], list[Place]]:
    """The places of every subscription of a module, by subscriber and producer, less the stopped ones."""
    found: dict[tuple[str, str], list[Place]] = {}
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT subscriber, producer, shard, epoch, txid, position, day FROM log_cursor"
            " WHERE stopped_at IS NULL"
        )
        for subscriber, producer, *place in cursor.fetchall():
            found.setdefault((subscriber, producer), []).append(Place(*place))
    return found


def all_places(subscriber: Subscriber, producer: str) -> list[Place]:
    """Where the subscriber stands in every shard, stopped or not."""
    return [place for place, _ in _places(subscriber, producer, range(SHARDS))]


def _places(
    subscriber: Subscriber, producer: str, shards: Sequence[int]
) -> list[tuple[Place, datetime | None]]:
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "SELECT shard, epoch, txid, position, day, stopped_at FROM log_cursor"
            " WHERE subscriber = %s AND producer = %s AND shard = ANY(%s)",
            [subscriber.name, producer, list(shards)],
        )
        return [(Place(*row[:5]), row[5]) for row in cursor.fetchall()]


class Unmoved(NamedTuple):
    """The `shards` whose cursors were locked, and whether events of this log may be held for the subscriber:
    it is asked for by the way, so that who holds none asks no more. Whoever begins to hold one has moved its
    shard's cursor with that; one that has gone free since may still be counted."""

    shards: set[int]
    holding: bool


def lock_unmoved(subscriber: Subscriber, producer: str, read: Iterable[Place]) -> Unmoved:
    """Lock the cursors that nobody else holds and that stand where they were `read`.

    A shard that another pump is moving, or has moved since, is left out: its events are another's.
    """
    by_shard = {place.shard: place for place in read}
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM log_held WHERE subscriber = log_cursor.subscriber"
            "   AND producer = log_cursor.producer), shard, epoch, txid, position FROM log_cursor"
            " WHERE subscriber = %s AND producer = %s AND shard = ANY(%s) AND stopped_at IS NULL"
            " FOR UPDATE SKIP LOCKED",
            [subscriber.name, producer, list(by_shard)],
        )
        found = cursor.fetchall()
    unmoved = {shard for _, shard, *where in found if tuple(where) == by_shard[shard][1:4]}
    return Unmoved(unmoved, any(holding for holding, *_ in found))


def lock(subscriber: Subscriber, producer: str, shard: int) -> None:
    """Wait for a shard's cursor and lock it: nobody moves the shard meanwhile."""
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM log_cursor WHERE subscriber = %s AND producer = %s AND shard = %s FOR UPDATE",
            [subscriber.name, producer, shard],
        )


def move(subscriber: Subscriber, producer: str, to: Iterable[Place]) -> None:
    """Move locked cursors, in the transaction of the effects."""
    rows = list(to)
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "UPDATE log_cursor SET epoch = place.epoch, txid = place.txid, position = place.position,"
            " day = place.day, moved_at = %s"
            " FROM unnest(%s::smallint[], %s::int[], %s::bigint[], %s::bigint[], %s::date[])"
            "   AS place(shard, epoch, txid, position, day)"
            " WHERE subscriber = %s AND producer = %s AND log_cursor.shard = place.shard",
            [
                clock.now(),
                [place.shard for place in rows],
                [place.epoch for place in rows],
                [place.txid for place in rows],
                [place.position for place in rows],
                [place.day for place in rows],
                subscriber.name,
                producer,
            ],
        )


def pass_over(subscriber: Subscriber, producer: str, read: Iterable[Place], to: Iterable[Place]) -> set[int]:
    """Move the cursors that `lock_unmoved` would lock, in one statement: there are no effects to go with it.
    Returns their shards."""
    rows = [(*place, *former[1:4]) for former, place in zip(read, sorted(to), strict=True)]
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "WITH free AS ("
            "   SELECT place.* FROM log_cursor JOIN unnest(%s::smallint[], %s::int[], %s::bigint[],"
            "     %s::bigint[], %s::date[], %s::int[], %s::bigint[], %s::bigint[])"
            "     AS place(shard, epoch, txid, position, day, former_epoch, former_txid, former_position)"
            "     USING (shard)"
            "   WHERE subscriber = %s AND producer = %s AND stopped_at IS NULL"
            "     AND (log_cursor.epoch, log_cursor.txid, log_cursor.position)"
            "       = (former_epoch, former_txid, former_position)"
            "   FOR UPDATE OF log_cursor SKIP LOCKED)"
            " UPDATE log_cursor SET epoch = free.epoch, txid = free.txid, position = free.position,"
            "   day = free.day, moved_at = %s"
            " FROM free WHERE subscriber = %s AND producer = %s AND log_cursor.shard = free.shard"
            " RETURNING log_cursor.shard",
            [
                *([*column] for column in zip(*rows, strict=True)),
                subscriber.name,
                producer,
                clock.now(),
                subscriber.name,
                producer,
            ],
        )
        return {shard for (shard,) in cursor.fetchall()}


def stop(subscriber: Subscriber, producer: str, cause: str) -> None:
    """Stop the subscriber on this producer's log until staff resume it."""
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "UPDATE log_cursor SET stopped_at = %s, stopped_cause = %s"
            " WHERE subscriber = %s AND producer = %s AND stopped_at IS NULL",
            [clock.now(), cause, subscriber.name, producer],
        )


def resume(subscriber: Subscriber, producer: str) -> None:
    """Let a stopped subscriber read on."""
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "UPDATE log_cursor SET stopped_at = NULL, stopped_cause = ''"
            " WHERE subscriber = %s AND producer = %s",
            [subscriber.name, producer],
        )


def resume_where_known(module: str) -> list[Stopped]:
    """Resume those who stopped before a version that this deployable may know by now; returns them."""
    waiting = [stop for stop in stopped(module) if stop.cause.endswith(UnknownVersion.ADVICE)]
    for stop in waiting:
        resume(find_subscriber(stop.subscriber), stop.producer)
    return waiting


def rewind(subscriber: Subscriber) -> None:
    """Put every cursor back to the beginning, in the transaction of the subscriber's reset."""
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(
            "UPDATE log_cursor SET epoch = 0, txid = 0, position = 0, day = NULL, moved_at = %s"
            " WHERE subscriber = %s",
            [clock.now(), subscriber.name],
        )


class Stopped(NamedTuple):
    subscriber: str
    producer: str
    cause: str


def stopped(module: str) -> list[Stopped]:
    """The subscriptions of a module that stand still, with their cause."""
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT subscriber, producer, min(stopped_cause) FROM log_cursor WHERE stopped_at IS NOT NULL"
            " GROUP BY 1, 2 ORDER BY 1, 2"
        )
        return [Stopped(*row) for row in cursor.fetchall()]
