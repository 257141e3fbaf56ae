"""An event that cannot be handled holds its key, and nothing else."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connections

from tiffin import clock
from tiffin.log import cursors, held
from tiffin.log.events import Event
from tiffin.log.gauges import log_gauges
from tiffin.log.publishing import SHARDS
from tiffin.log.pump import FAILURES_THAT_STOP, pump
from tiffin.log.replaying import CannotReplay, replay
from tiffin.log.subscribers import Handler, Subscriber, UnknownVersion
from tiffin.models import HeldEvent, LogCursor, LogHome
from tiffin.testing import things
from tiffin.testing.things import Effect, ThingNumbered, new_thing, number, numbers_of

POISON = 13


class ThingNumberedLater(Event, wire="orders.thing_numbered.v2"):
    number: int


class Toxic:
    """A handler that fails on POISON as long as it is not cured."""

    def __init__(self) -> None:
        self.cured = False
        self.error: Exception = ValueError("thirteen cannot be had")

    def __call__(self, event: ThingNumbered) -> None:
        Effect.objects.create(thing=event.thing_id, number=-event.number)
        if event.number == POISON and not self.cured:
            raise self.error
        Effect.objects.filter(thing=event.thing_id, number=-event.number).update(number=event.number)


@pytest.fixture
def toxic(reader: Subscriber) -> Toxic:
    handler = Toxic()
    reader.handlers["orders", "thing_numbered"][1] = Handler(handler, ThingNumbered, batched=False)
    return handler


def pump_all(reader: Subscriber) -> None:
    while pump(reader, "orders", range(SHARDS)).moved:
        pass


def test_a_poison_event_holds_its_key_only_and_leaves_nothing_half_done(
    reader: Subscriber, toxic: Toxic
) -> None:
    # Given two things, one of which has a poison event between good ones
    sick, well = new_thing(), new_thing()
    number(sick, 1, POISON, 3)
    number(well, 1, 2, 3)
    # When they are read
    pump_all(reader)
    # Then the well one has moved on, and the sick one stands before the poison
    assert numbers_of(well) == [1, 2, 3]
    assert numbers_of(sick) == [1]
    head, follower = HeldEvent.objects.using("payments").order_by("position")
    assert "thirteen cannot be had" in head.cause
    assert head.next_try is not None
    assert follower.next_try is None


def test_what_comes_later_for_a_held_key_follows_it_there(reader: Subscriber, toxic: Toxic) -> None:
    sick = new_thing()
    number(sick, POISON)
    pump_all(reader)
    number(sick, 4)
    pump_all(reader)
    assert numbers_of(sick) == []
    assert HeldEvent.objects.using("payments").count() == 2


def test_a_held_head_is_retried_with_backoff_and_those_behind_it_follow_in_order(
    reader: Subscriber, toxic: Toxic
) -> None:
    sick = new_thing()
    number(sick, POISON, 2, 3)
    pump_all(reader)
    # Given that it is not due yet, nothing is tried
    assert held.retry_due("payments") == 0
    with clock.shift(held.FIRST_PAUSE + timedelta(seconds=1)):
        # When it is due but fails again, it waits longer
        assert held.retry_due("payments") == 0
        head = held.heads("payments")[0]
        assert head.attempts == 2
        assert head.next_try is not None
        assert head.next_try - clock.now() > held.FIRST_PAUSE
    toxic.cured = True
    with clock.shift(timedelta(minutes=1)):
        # When it succeeds, the whole key is free
        assert held.retry_due("payments") == 1
    assert numbers_of(sick) == [POISON, 2, 3]
    number(sick, 4)
    pump_all(reader)
    assert numbers_of(sick) == [POISON, 2, 3, 4]


def test_staff_may_skip_the_poison_and_the_rest_goes_on(reader: Subscriber, toxic: Toxic) -> None:
    sick = new_thing()
    number(sick, POISON, 2)
    pump_all(reader)
    held.skip("payments", held.heads("payments")[0].pk)
    assert held.retry_due("payments") == 1
    assert numbers_of(sick) == [2]


def test_a_database_error_is_never_the_events_fault(reader: Subscriber, toxic: Toxic) -> None:
    toxic.error = OperationalError("the server is going down")
    number(new_thing(), POISON)
    with pytest.raises(OperationalError):
        pump_all(reader)
    assert not HeldEvent.objects.using("payments").exists()
    toxic.cured = True
    pump_all(reader)
    assert Effect.objects.filter(number=POISON).count() == 1


def test_many_failures_at_once_stop_the_subscriber_until_staff_resume_it(
    reader: Subscriber, toxic: Toxic
) -> None:
    sick = [new_thing() for _ in range(FAILURES_THAT_STOP + 5)]
    for thing in sick:
        number(thing, POISON)
    pump_all(reader)
    stopped = cursors.stopped("payments")
    assert [(s.subscriber, s.producer) for s in stopped] == [(reader.name, "orders")]
    assert len(held.heads("payments")) == FAILURES_THAT_STOP
    # When the cause is mended
    toxic.cured = True
    cursors.resume(reader, "orders")
    pump_all(reader)
    with clock.shift(timedelta(minutes=1)):
        while held.retry_due("payments"):
            pass
    # Then nothing was lost
    assert all(numbers_of(thing) == [POISON] for thing in sick)


def test_a_version_that_nobody_here_knows_stops_the_subscriber_and_loses_nothing(reader: Subscriber) -> None:
    thing = new_thing()
    number(thing, 1)
    with things.transaction(owner="orders"):
        things.publish(things.Thing.lock(thing.id), ThingNumberedLater(number=2))
    for _ in range(3):
        pump(reader, "orders", range(SHARDS))
    assert "thing_numbered.v2" in cursors.stopped("payments")[0].cause
    assert not HeldEvent.objects.using("payments").exists()
    # When the version that knows it is deployed
    reader.handlers["orders", "thing_numbered"][2] = Handler(
        lambda event: Effect.objects.create(thing=thing.id, number=event.number),
        ThingNumberedLater,
        batched=False,
    )
    cursors.resume(reader, "orders")
    pump_all(reader)
    assert numbers_of(thing) == [1, 2]


def test_a_batch_handler_gets_runs_of_events(reader: Subscriber) -> None:
    runs: list[int] = []

    def many(events: list[ThingNumbered]) -> None:
        runs.append(len(events))
        Effect.objects.bulk_create([Effect(thing=e.thing_id, number=e.number) for e in events])

    reader.handlers["orders", "thing_numbered"][1] = Handler(many, ThingNumbered, batched=True)
    thing = new_thing()
    number(thing, *range(30))
    pump_all(reader)
    assert runs == [30]
    assert numbers_of(thing) == list(range(30))
    assert LogCursor.objects.using("payments").filter(position__gt=0).count() == 1


def test_a_held_event_of_a_subscriber_that_is_gone_keeps_nobody_else_waiting(
    reader: Subscriber, toxic: Toxic
) -> None:
    # Given two held keys, one of a subscriber that a later version no longer has
    gone, sick = new_thing(), new_thing()
    number(gone, POISON)
    number(sick, POISON)
    pump_all(reader)
    HeldEvent.objects.using("payments").filter(key=gone.id).update(subscriber="payments.former")
    toxic.cured = True
    # When the held are retried
    with clock.shift(timedelta(minutes=1)):
        assert held.retry_due("payments") == 1
    # Then the other is free, and the gone one says why it is not
    assert numbers_of(sick) == [POISON]
    assert "no subscriber payments.former" in held.heads("payments")[0].cause


def test_an_upgrade_resumes_those_who_waited_for_it(reader: Subscriber) -> None:
    cursors.stop(reader, "orders", f"payments.things does not know x; {UnknownVersion.ADVICE}")
    assert [stop.subscriber for stop in cursors.resume_where_known("payments")] == [reader.name]
    assert cursors.stopped("payments") == []
    cursors.stop(reader, "orders", "20 keys failed in one batch")
    assert cursors.resume_where_known("payments") == []


def test_a_subscriber_that_stands_still_lags(reader: Subscriber) -> None:
    number(new_thing(), 1)
    cursors.stop(reader, "orders", "for the test")
    with clock.shift(timedelta(minutes=5)):
        readings = {(name, labels.get("subscriber")): value for name, _, labels, value in log_gauges()}
    assert readings["tiffin_log_lag_seconds", reader.name] >= 300
    assert readings["tiffin_subscriber_stopped", reader.name] == 1


def test_a_batch_that_takes_too_long_goes_on_one_by_one(reader: Subscriber) -> None:
    # Given a handler that is quick enough for one event, and too slow for all of a batch in one transaction
    def slow(event: ThingNumbered) -> None:
        things.record_effect(event)
        time.sleep(0.03)

    reader.handlers["orders", "thing_numbered"][1] = Handler(slow, ThingNumbered, batched=False)
    thing = new_thing()
    number(thing, *range(12))
    with connections["payments"].cursor() as cursor:
        cursor.execute("SET transaction_timeout = '200ms'")
    try:
        pump_all(reader)
    finally:
        connections["payments"].close()
    assert numbers_of(thing) == list(range(12))


def test_a_rebuildable_subscriber_learns_everything_again(reader: Subscriber) -> None:
    thing = new_thing()
    number(thing, 1, 2)
    pump_all(reader)
    with pytest.raises(CannotReplay, match="no reset"):
        replay(reader)
    reader.reset = lambda: Effect.objects.all().delete()  # type: ignore[assignment,return-value]
    replay(reader)
    assert numbers_of(thing) == []
    pump_all(reader)
    assert numbers_of(thing) == [1, 2]
    LogHome.objects.using("orders").update(kept_from=clock.now().date())
    try:
        with pytest.raises(CannotReplay, match="is gone"):
            replay(reader)
    finally:
        LogHome.objects.using("orders").update(kept_from=None)
