"""Relays read in the order of publishing, move when told to, and read nothing while they are off."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tiffin import clock
from tiffin.db.transactions import transaction
from tiffin.log import cursors, feed, gauges, pump, relays, tidying
from tiffin.log.lagging import lagging
from tiffin.log.publishing import SHARDS
from tiffin.log.relays import Overtaken, Relay, Stopped
from tiffin.log.subscribers import UnknownVersion, _subscribers
from tiffin.models import LogCursor
from tiffin.testing import things
from tiffin.testing.things import ThingNumbered, new_thing, number


class Switch:
    on = True


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def relay(database: object, switch: Switch) -> Iterator[Relay]:
    """A relay of `payments` that sends out what things of `orders` tell."""
    with things.tables():
        relay = Relay("payments.outward", ThingNumbered, is_on=lambda: switch.on)
        cursors.ensure("payments")
        yield relay
        del _subscribers[relay.name]


def numbers(reading: relays.Reading) -> list[int]:
    events = (event.decode() for event in reading.events)
    return [event.number for event in events if isinstance(event, ThingNumbered)]


def move(reading: relays.Reading, count: int) -> None:
    with transaction(owner="payments"):
        reading.move_past(reading.events[:count])


def test_events_of_all_keys_come_in_the_order_of_publishing(relay: Relay) -> None:
    made = [new_thing() for _ in range(20)]
    for count in range(60):
        number(made[count * 7 % 20], count)
    assert numbers(relays.read(relay, "orders")) == list(range(60))


def test_where_a_shard_has_more_nothing_overtakes_it(relay: Relay) -> None:
    made = [new_thing() for _ in range(20)]
    for count in range(60):
        number(made[count * 7 % 20], count)
    seen: list[int] = []
    while (reading := relays.read(relay, "orders", limit=2)).events:
        seen += numbers(reading)
        move(reading, len(reading.events))
    assert seen == list(range(60))


def test_what_was_not_moved_past_comes_again(relay: Relay) -> None:
    thing = new_thing()
    number(thing, 1, 2, 3)
    reading = relays.read(relay, "orders")
    move(reading, 1)
    assert numbers(relays.read(relay, "orders")) == [2, 3]
    with transaction(owner="payments"):
        reading.move_past(reading.events[1:])
    assert numbers(relays.read(relay, "orders")) == []


def test_of_two_that_read_the_same_one_moves_on(relay: Relay) -> None:
    number(new_thing(), 1)
    first, second = relays.read(relay, "orders"), relays.read(relay, "orders")
    move(first, 1)
    with pytest.raises(Overtaken):
        move(second, 1)


def test_no_pump_moves_it(relay: Relay) -> None:
    number(new_thing(), 1)
    assert relay.name not in {each.subscriber for found in lagging("payments") for each in found}
    assert pump.pump(relay, "orders", range(SHARDS)).moved == 0
    assert numbers(relays.read(relay, "orders")) == [1]


def test_one_that_is_off_follows_the_horizon_and_keeps_nothing(relay: Relay, switch: Switch) -> None:
    switch.on = False
    number(new_thing(), 1)
    tidying.move_idle_cursors(relay, "orders")
    epoch, txid, *_ = feed.horizon("orders")
    stands = LogCursor.objects.using("payments").filter(subscriber=relay.name, producer="orders")
    assert stands.filter(epoch=epoch, txid__gt=0, txid__lte=txid, day__isnull=False).count() == SHARDS
    switch.on = True
    number(new_thing(), 2)
    assert numbers(relays.read(relay, "orders")) == [2]


def test_one_that_is_on_keeps_its_place_however_long_it_waits(relay: Relay) -> None:
    number(new_thing(), 1)
    tidying.move_idle_cursors(relay, "orders")
    assert numbers(relays.read(relay, "orders")) == [1]


def test_its_lag_is_told_while_it_is_on(relay: Relay, switch: Switch) -> None:
    def lag() -> float:
        found = [
            value
            for name, _, labels, value in gauges.log_gauges()
            if name == "tiffin_log_lag_seconds" and labels["subscriber"] == relay.name
        ]
        return max(found)

    number(new_thing(), 1)
    with clock.shift(timedelta(minutes=5)):
        assert lag() >= 300
        switch.on = False
        assert lag() == 0


def test_a_version_that_nobody_knows_stops_it_and_what_was_before_goes_out(
    relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing = new_thing()
    number(thing, 1, 2)
    known = relay.handler

    def knows_one(wire: str) -> object:
        if asked:
            raise UnknownVersion(UnknownVersion.ADVICE)
        asked.append(wire)
        return known(wire)

    asked: list[str] = []
    monkeypatch.setattr(relay, "handler", knows_one)
    reading = relays.read(relay, "orders")
    assert numbers(reading) == [1]
    move(reading, 1)
    for _ in range(2):
        with pytest.raises(Stopped):
            relays.read(relay, "orders")
    assert [stop.subscriber for stop in cursors.stopped("payments")] == [relay.name]
