"""Nudges are hints: coalesced, quick, and never missed for longer than a sweep."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.db import OperationalError
from django.test import override_settings

from tiffin import clock, ids
from tiffin.alone import alone
from tiffin.log import cursors, held
from tiffin.log.nudges import LANES
from tiffin.log.publishing import SHARDS, shard_of
from tiffin.log.pump import pump
from tiffin.log.subscribers import Handler, Subscriber, _subscribers
from tiffin.models import Job
from tiffin.moving import nudges, sending, tasks
from tiffin.moving.nudges import Broker, Nudge, nudge_jobs
from tiffin.testing import things
from tiffin.testing.things import new_thing, number, numbers_of

QUEUE = "payments"


@pytest.fixture
def reader(database: object) -> Iterator[Subscriber]:
    with things.tables():
        subscriber = things.reader()
        subscriber.add(Handler(things.record_effect, things.ThingNumbered, batched=False))
        cursors.ensure("payments")
        yield subscriber
        del _subscribers[subscriber.name]


@pytest.fixture
def silent_broker(reader: Subscriber) -> Iterator[str]:
    """A broker that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        forget_connections()
        with override_settings(REDIS_URL=url, CELERY_BROKER_URL=url):
            yield url
    forget_connections()


def forget_connections() -> None:
    nudges.broker._client = None
    nudges.broker._resting_until = 0.0
    sending._sender.cache_clear()
    sending._hasty_connection.cache_clear()


def waiting(client: redis.Redis) -> int:
    return int(client.llen(QUEUE))  # type: ignore[arg-type]  # redis-py types sync and async alike


def test_a_commit_nudges_each_subscriber_once_however_much_it_says(reader: Subscriber) -> None:
    thing = new_thing()
    number(thing, 1, 2, 3)
    number(thing, 4)
    assert waiting(nudges.broker.client) == 1
    # When the pump has run, the next commit nudges again
    tasks.move("payments")
    assert numbers_of(thing) == [1, 2, 3, 4]
    number(thing, 5)
    assert waiting(nudges.broker.client) == 2


def test_who_is_in_no_hurry_is_nudged_by_the_sweep_only(reader: Subscriber) -> None:
    # Given a subscriber whom nobody waits for
    reader.nudged = False
    thing = new_thing()
    # When something happens
    number(thing, 1)
    assert waiting(nudges.broker.client) == 0
    # Then the next sweep has it read
    tasks.sweep("payments")
    tasks.move("payments")
    assert numbers_of(thing) == [1]


def test_what_one_transaction_says_goes_to_the_broker_once(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a broker whose requests are counted
    sent: list[int] = []
    send = nudges.broker.send
    monkeypatch.setattr(nudges.broker, "send", lambda wanted: sent.append(send(wanted)))
    things_of_two_lanes = [new_thing() for _ in range(6)]
    # When one transaction publishes about many things
    with things.transaction(owner="orders"):
        for thing in things_of_two_lanes:
            things.publish(things.Thing.lock(thing.id), things.ThingNumbered(thing_id=thing.id, number=1))
    # Then their nudges went together, as one task
    assert sent == [1]


def test_news_that_come_while_a_pump_is_at_work_are_moved_by_it(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a pump during whose work something else happens
    thing = new_thing()
    number(thing, 1)
    linger = tasks._linger
    monkeypatch.setattr(tasks, "_linger", lambda nudge: (number(thing, 2), linger(nudge))[1])
    # When it has ended
    monkeypatch.setattr(tasks, "BUDGET_SECONDS", 2.5 * tasks.PACE_SECONDS)
    tasks.move("payments")
    # Then that has arrived too, and needed no task of its own
    assert numbers_of(thing)[:2] == [1, 2]
    assert waiting(nudges.broker.client) <= 2


def test_a_task_that_goes_on_asks_once_how_far_it_has_read(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a task that goes on because something else happens, in the same shard
    asked: list[object] = []
    places = cursors.places
    monkeypatch.setattr(cursors, "places", lambda *where: (asked.append(where), places(*where))[1])
    thing = new_thing()
    number(thing, 1)
    coming, linger = [3, 2], tasks._linger

    def linger_while_it_happens(nudge: Nudge) -> set[str]:
        if coming:
            number(thing, coming.pop())
        return linger(nudge)

    monkeypatch.setattr(tasks, "_linger", linger_while_it_happens)
    # When it has moved all of it
    monkeypatch.setattr(tasks, "BUDGET_SECONDS", 3.5 * tasks.PACE_SECONDS)
    tasks.move("payments")
    # Then it has looked for its place once
    assert numbers_of(thing) == [1, 2, 3]
    assert len(asked) == 1


def test_what_another_has_moved_meanwhile_is_moved_once(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a task that knows how far it has read, while another reads on
    thing = new_thing()
    number(thing, 1)
    known: tasks.Known = {}
    news = {nudges.nudge_pump(reader.name, "orders", shard_of(thing.id) % LANES).news}
    tasks._pump_all(news, known)
    number(thing, 2)
    pump(reader, "orders", range(SHARDS))
    # When it comes to the same shard again
    number(thing, 3)
    again = tasks._pump_all(news, known)
    # Then it sees that its place is an old one, and looks
    assert again == news
    tasks._pump_all(again, known)
    assert numbers_of(thing) == [1, 2, 3]


def test_much_to_read_is_moved_side_by_side_in_lanes(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given more than is read of a log at once
    monkeypatch.setattr("tiffin.log.pump.EVENTS_A_SHARD", 2)
    thing = new_thing()
    number(thing, *range(5))
    # When its news are looked after
    tasks.move("payments")
    # Then what is left is a task's own, which moves all of it
    assert numbers_of(thing) == [0, 1]
    assert waiting(nudges.broker.client) == 2
    tasks.pump_lane(reader.name, "orders", shard_of(thing.id) % LANES)
    assert numbers_of(thing) == [0, 1, 2, 3, 4]


def test_what_is_rolled_back_nudges_nobody(reader: Subscriber) -> None:
    thing = new_thing()
    with pytest.raises(RuntimeError), things.transaction(owner="orders"):
        publish_and_fail(thing)
    assert waiting(nudges.broker.client) == 0


def publish_and_fail(thing: things.Thing) -> None:
    things.publish(things.Thing.lock(thing.id), things.ThingNumbered(thing_id=thing.id, number=1))
    raise RuntimeError("changed my mind")


def test_a_nudge_that_is_lost_is_made_good_by_the_next_sweep(reader: Subscriber) -> None:
    # Given an event whose nudge went down with the broker
    thing = new_thing()
    number(thing, 1)
    nudges.broker.client.flushall()
    # When the beat sweeps
    tasks.sweep("payments")
    # Then the pump is nudged again, and what it moves is there once
    assert waiting(nudges.broker.client) == 1
    pump(reader, "orders", range(SHARDS))
    assert numbers_of(thing) == [1]
    nudges.broker.client.flushall()
    tasks.sweep("payments")
    assert waiting(nudges.broker.client) == 0


def test_who_is_at_work_is_known_to_be_for_longer_than_a_round_takes() -> None:
    assert nudges.AT_WORK_MILLISECONDS >= 1000 * 1.8 * tasks.PACE_SECONDS


def test_a_sweep_finds_the_jobs_that_became_due(reader: Subscriber) -> None:
    # Given a job that is not due yet
    in_an_hour = clock.now() + timedelta(hours=1)
    later = Job(id=ids.new_id(), key=ids.new_id(), slot="wash", name="wash", due=in_an_hour)
    later.correlation = later.id
    later.save(using="payments")
    tasks.sweep("payments")
    assert waiting(nudges.broker.client) == 0
    # When its time has come
    with clock.shift(timedelta(hours=1, seconds=1)):
        tasks.sweep("payments")
    # Then somebody is nudged to do it
    assert waiting(nudges.broker.client) == 1


def test_a_module_in_trouble_keeps_no_other_waiting(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a job that is due, and a module before it whose database cannot be asked
    due = Job(id=ids.new_id(), key=ids.new_id(), slot="wash", name="wash", due=clock.now())
    due.correlation = due.id
    due.save(using="payments")
    asked = tasks._nudge_due_jobs

    def failing(module: str) -> bool:
        if module == "orders":
            raise OperationalError("it is away")
        return asked(module)

    monkeypatch.setattr(tasks, "_nudge_due_jobs", failing)
    # When the sweep goes through both, and one that is not here
    tasks.sweep("nowhere", "orders", "payments")
    # Then somebody is nudged to do it
    assert waiting(nudges.broker.client) == 1


def test_held_events_are_tried_again_once_everybody_else_is_nudged(
    reader: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given something to be read, and held events of a module before it, whose handlers take their time
    number(new_thing(), 1)
    nudges.broker.client.flushall()
    nudged: list[int] = []
    monkeypatch.setattr(tasks, "_nudge_due_jobs", lambda module: module == "orders")
    monkeypatch.setattr(held, "retry_due", lambda module: nudged.append(waiting(nudges.broker.client)))
    # When a sweep goes through both
    tasks.sweep("orders", "payments")
    # Then the reader was nudged before the first of them was tried
    assert nudged == [1]


def test_a_sweep_leaves_out_what_an_earlier_one_is_still_at(reader: Subscriber) -> None:
    number(new_thing(), 1)
    nudges.broker.client.flushall()
    with alone("due of payments"):
        tasks.sweep("payments")
    assert waiting(nudges.broker.client) == 0
    tasks.sweep("payments")
    assert waiting(nudges.broker.client) == 1


def test_a_broker_that_does_not_answer_costs_a_request_little_and_loses_nothing(
    reader: Subscriber, silent_broker: str
) -> None:
    # Given a broker that hangs
    thing = new_thing()
    # When things are published
    started = time.monotonic()
    for n in range(10):
        number(thing, n)
    # Then nobody waits for it each time: it is left alone after the first
    assert time.monotonic() - started < 1.0
    pump(reader, "orders", range(SHARDS))
    assert numbers_of(thing) == list(range(10))


def test_after_a_failure_the_broker_rests_and_is_tried_again(silent_broker: str) -> None:
    broker = Broker()
    assert broker.send([nudge_jobs("payments")]) == 0
    started = time.monotonic()
    assert broker.send([nudge_jobs("payments")]) == 0
    assert time.monotonic() - started < sending.BROKER_TIMEOUT_SECONDS
    assert broker._resting_until - time.monotonic() <= nudges.BROKER_REST_SECONDS
