"""Publishing about many aggregates at once: the same as about each alone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connections

from tiffin.db import StaleAggregate, TransactionRequired, transaction
from tiffin.log import Event, publish, publish_all, publish_all_new
from tiffin.log.subscribers import Subscriber
from tiffin.models import LogEvent
from tiffin.testing.things import Thing, ThingNumbered, new_thing, number


class SomebodyElsesEvent(Event, wire="payments.somebody_elses_too.v1"):
    number: int


def numbered(thing: Thing, *numbers: int) -> tuple[Thing, list[ThingNumbered]]:
    return thing, [ThingNumbered(thing_id=thing.id, number=each) for each in numbers]


def test_each_has_its_events_in_order_and_what_is_saved(reader: Subscriber) -> None:
    # Given two things, of which one was told about before
    one, two = new_thing(), new_thing()
    number(one, 1)
    # When both are told about together
    with transaction(owner="orders"):
        things = [Thing.lock(two.id), Thing.lock(one.id)]
        for thing in things:
            thing.label = f"told {thing.version}"
        publish_all([numbered(things[0], 7, 8), numbered(things[1], 9)], saving=("label",))
    # Then the log has them as if each had been told about alone
    told = LogEvent.objects.using("orders").order_by("position")
    assert [(event.key, event.seq) for event in told] == [(one.id, 1), (two.id, 1), (two.id, 2), (one.id, 2)]
    assert {event.region for event in told} == {"pl"}
    assert b'"number":9' in bytes(told[3].payload).replace(b" ", b"")
    for thing, label in zip(things, ("told 0", "told 1"), strict=True):
        kept = Thing.objects.get(pk=thing.id)
        last = told.filter(key=thing.id).last()
        assert last is not None
        assert (kept.label, kept.version, kept.log_txid) == (label, last.seq, last.txid)
        assert (thing.version, thing.log_txid) == (kept.version, kept.log_txid)


def test_a_thing_whose_last_event_is_of_a_later_transaction_is_stamped_with_that(reader: Subscriber) -> None:
    # Given a transaction that has its id, and another that tells about the thing meanwhile and commits
    thing, other = new_thing(), new_thing()
    with transaction(owner="orders"):
        with connections["orders"].cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()::text::bigint")
            ((early,),) = cursor.fetchall()
            cursor.execute("UPDATE test_thing SET log_txid = %s WHERE id = %s", [early + 5, thing.id])
        things = [Thing.lock(thing.id), Thing.lock(other.id)]
        publish_all([numbered(each, 1) for each in things])
    # Then what is told about it now is read after that
    assert [each.log_txid for each in things] == [early + 5, early]


def test_one_that_was_not_locked_and_has_changed_stops_all(reader: Subscriber) -> None:
    stale, fresh = new_thing(), new_thing()
    number(stale, 1)
    with pytest.raises(StaleAggregate, match=str(stale.id)), transaction(owner="orders"):
        publish_all([numbered(fresh, 2), numbered(stale, 2)])
    assert LogEvent.objects.using("orders").count() == 1
    assert Thing.objects.get(pk=fresh.id).version == 0


def test_new_ones_come_to_be_with_their_first_events(reader: Subscriber) -> None:
    things = [Thing(region="pl", label="new"), Thing(region="gb", label="new")]
    with transaction(owner="orders"):
        publish_all_new([numbered(things[0], 1, 2), numbered(things[1], 3)])
        # And are told about again
        publish(things[1], ThingNumbered(thing_id=things[1].id, number=4))
    told = LogEvent.objects.using("orders").order_by("position")
    assert [(event.key, event.seq, event.region) for event in told] == [
        (things[0].id, 1, "pl"),
        (things[0].id, 2, "pl"),
        (things[1].id, 1, "gb"),
        (things[1].id, 2, "gb"),
    ]
    for thing in things:
        kept = Thing.objects.get(pk=thing.id)
        assert (kept.label, kept.version, kept.log_txid) == ("new", 2, thing.log_txid)


def test_a_new_one_that_is_there_already_stops_all(reader: Subscriber) -> None:
    known, fresh = new_thing(), Thing(region="gb")
    with pytest.raises(IntegrityError), transaction(owner="orders"):
        publish_all_new([numbered(fresh, 1), numbered(Thing(id=known.id, region="gb"), 1)])
    assert not LogEvent.objects.using("orders").exists()
    assert not Thing.objects.filter(pk=fresh.id).exists()


def test_what_publishing_refuses_is_refused(reader: Subscriber) -> None:
    thing = new_thing()
    with pytest.raises(TransactionRequired):
        publish_all([numbered(thing, 1)])
    with pytest.raises(ValueError, match="not for orders"), transaction(owner="orders"):
        publish_all([(Thing.lock(thing.id), [SomebodyElsesEvent(number=1)])])
    with pytest.raises(ValueError, match="twice"), transaction(owner="orders"):
        publish_all([numbered(Thing.lock(thing.id), 1), numbered(thing, 2)])
    assert not LogEvent.objects.using("orders").filter(key=thing.id).exists()


def test_nothing_is_told_about_nothing(reader: Subscriber) -> None:
    with transaction(owner="orders"):
        publish_all([])
        publish_all_new([])
    assert not LogEvent.objects.using("orders").filter(key=uuid4()).exists()
