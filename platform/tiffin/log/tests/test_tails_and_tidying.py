"""Tails follow from now on; tidying lets go only what everybody has read."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connections

from tiffin import clock
from tiffin.log import feed, tidying
from tiffin.log.events import Recorded
from tiffin.log.publishing import SHARDS
from tiffin.log.pump import pump
from tiffin.log.subscribers import Subscriber, subscribers
from tiffin.log.tails import Tail
from tiffin.models import LogCursor
from tiffin.testing.things import new_thing, number, numbers_of

KINDS = {"thing_numbered"}


def test_a_tail_tells_what_happens_after_it_began(reader: Subscriber) -> None:
    thing, seen = new_thing(), list[Recorded]()
    number(thing, 1)
    tail = Tail("orders", seen.append, kinds=KINDS)
    tail.follow()
    number(thing, 2)
    tail.follow()
    assert [event.seq for event in seen] == [2]


def test_a_tail_may_begin_some_time_ago(reader: Subscriber) -> None:
    thing, seen = new_thing(), list[Recorded]()
    number(thing, 1)
    tail = Tail("orders", seen.append, kinds=KINDS, since=timedelta(minutes=5))
    tail.follow()
    assert [event.seq for event in seen] == [1]


def test_a_callback_that_fails_does_not_stop_the_tail(reader: Subscriber) -> None:
    thing, seen = new_thing(), list[int]()

    def picky(event: Recorded) -> None:
        if event.seq == 1:
            raise ValueError("not this one")
        seen.append(event.seq)

    tail = Tail("orders", picky, kinds=KINDS)
    tail.follow()
    number(thing, 1, 2)
    tail.follow()
    assert seen == [2]


def test_idle_cursors_move_to_the_horizon_and_lose_nothing(reader: Subscriber) -> None:
    thing = new_thing()
    tidying.move_idle_cursors(reader, "orders")
    epoch, txid, *_ = feed.horizon("orders")
    assert LogCursor.objects.using("payments").filter(subscriber=reader.name).first().txid <= txid
    assert LogCursor.objects.using("payments").filter(subscriber=reader.name, epoch=epoch).count() == SHARDS
    number(thing, 1)
    pump(reader, "orders", range(SHARDS))
    assert numbers_of(thing) == [1]


def test_a_day_is_dropped_only_when_it_is_old_and_everybody_has_read_it(reader: Subscriber) -> None:
    # Given a day past its retention
    today = feed.horizon("orders")[2]
    old = today - tidying.LOG_RETENTION - timedelta(days=2)
    tidying._create_partition("orders", old)
    # When nobody has read it, it stays
    tidying.drop_read_partitions("orders")
    assert old in tidying._partitions("orders")
    # When every cursor has passed it, it goes
    for module in settings.TIFFIN_MODULES:
        for listener in subscribers(module):
            if "orders" in listener.producers:
                tidying.move_idle_cursors(listener, "orders")
    with clock.shift(timedelta(seconds=1)):
        tidying.drop_read_partitions("orders")
    assert old not in tidying._partitions("orders")


def test_a_day_without_a_partition_is_not_lost(reader: Subscriber) -> None:
    today = feed.horizon("orders")[2]
    thing = new_thing()
    with connections["orders"].cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {tidying._partition(today)}")
    number(thing, 1)
    pump(reader, "orders", range(SHARDS))
    assert numbers_of(thing) == [1]
    # The day's partition cannot be made over rows that wait in the default one; the others can.
    tidying.ensure_partitions("orders")
    assert today + timedelta(days=1) in tidying._partitions("orders")
    with connections["orders"].cursor() as cursor:
        cursor.execute("TRUNCATE log_event")
    tidying.ensure_partitions("orders")
    assert today in tidying._partitions("orders")
