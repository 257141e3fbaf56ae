"""Publishing: what is written, and what is refused."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tiffin import context
from tiffin.context import Actor, ActorKind, Context
from tiffin.db import StaleAggregate, TransactionRequired, transaction
from tiffin.log import Event, publish, publish_new
from tiffin.log.subscribers import Subscriber
from tiffin.models import LogEvent
from tiffin.testing.things import Thing, ThingNumbered, new_thing, number


class SomebodyElsesEvent(Event, wire="payments.somebody_elses.v1"):
    number: int


def test_an_event_carries_its_trace_its_cause_and_its_place_in_the_key(reader: Subscriber) -> None:
    # Given somebody who works under a trace
    thing, cause = new_thing(), uuid4()
    actor = Actor(kind=ActorKind.STAFF, id=uuid4())
    with context.use(Context(actor=actor, correlation=uuid4(), causation=cause)) as here:
        number(thing, 7, 8)
    # Then the log says so
    one, two = LogEvent.objects.using("orders").filter(key=thing.id).order_by("seq")
    assert (one.seq, two.seq) == (1, 2)
    assert one.name == "orders.thing_numbered.v1"
    assert one.correlation == here.correlation
    assert one.causation == cause
    assert one.actor == f"staff:{actor.id}"
    assert one.region == "pl"


def test_publishing_needs_a_transaction(reader: Subscriber) -> None:
    with pytest.raises(TransactionRequired):
        publish(new_thing(), ThingNumbered(thing_id=uuid4(), number=1))


def test_a_row_that_was_not_locked_and_has_changed_is_refused(reader: Subscriber) -> None:
    stale = new_thing()
    number(stale, 1)
    with pytest.raises(StaleAggregate), transaction(owner="orders"):
        publish(stale, ThingNumbered(thing_id=stale.id, number=2))
    assert LogEvent.objects.using("orders").filter(key=stale.id).count() == 1


def test_saving_an_old_copy_does_not_turn_the_sequence_back(reader: Subscriber) -> None:
    old = Thing.objects.get(pk=new_thing().id)
    number(old, 1)
    old.label = "renamed"
    old.save()
    assert Thing.objects.get(pk=old.id).version == 1


def test_nobody_publishes_for_another_module(reader: Subscriber) -> None:
    thing = new_thing()
    with pytest.raises(ValueError, match="not for orders"), transaction(owner="orders"):
        publish(Thing.lock(thing.id), SomebodyElsesEvent(number=1))


def test_a_new_aggregate_comes_to_be_with_its_first_events(reader: Subscriber) -> None:
    # When a thing is inserted and told about, and numbered later
    thing = Thing(region="pl", label="new")
    with transaction(owner="orders"):
        assert publish_new(thing, *(ThingNumbered(thing_id=thing.id, number=each) for each in (1, 2)))
    number(thing, 3)
    # Then its events are in order, and the row agrees with them
    told = LogEvent.objects.using("orders").filter(key=thing.id).order_by("txid", "position")
    assert [event.seq for event in told] == [1, 2, 3]
    kept = Thing.objects.get(pk=thing.id)
    assert (kept.label, kept.version, kept.log_txid) == ("new", 3, told[2].txid)
    assert (thing.version, thing.log_txid) == (2, told[1].txid)


def test_a_new_aggregate_whose_unique_value_is_taken_tells_nothing(reader: Subscriber) -> None:
    known = new_thing()
    second = Thing(id=known.id, region="gb")
    with transaction(owner="orders"):
        assert not publish_new(second, ThingNumbered(thing_id=second.id, number=1), unless_taken=("id",))
    assert LogEvent.objects.using("orders").filter(key=known.id).count() == 0
    assert Thing.objects.get(pk=known.id).region == "pl"
