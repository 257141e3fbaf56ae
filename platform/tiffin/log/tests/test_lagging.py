"""A sweep asks each producer once for all who read it, and none of them waits for another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tiffin.alone import alone
from tiffin.log import cursors, feed, lagging
from tiffin.log.lagging import Lagging
from tiffin.log.nudges import LANES
from tiffin.log.pages import FeedUnavailable, Page
from tiffin.log.publishing import SHARDS, shard_of
from tiffin.log.pump import pump
from tiffin.log.subscribers import Handler, Subscriber, _subscribers
from tiffin.testing import things
from tiffin.testing.things import new_thing, number

READERS = ("payments.beside", "payments.things")


@pytest.fixture
def readers(database: object) -> Iterator[list[Subscriber]]:
    """Two who read what orders publish, and nobody else does."""
    others = {name: _subscribers.pop(name) for name in list(_subscribers)}
    with things.tables():
        made = [things.reader(name) for name in READERS]
        for each in made:
            each.add(Handler(things.record_effect, things.ThingNumbered, batched=False))
        cursors.ensure("payments")
        yield made
    for name in READERS:
        del _subscribers[name]
    _subscribers.update(others)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The producers whose feeds are read."""
    asked: list[str] = []
    read = feed.read

    def noting(producer: str, *arguments: Any, **options: Any) -> Page:
        asked.append(producer)
        return read(producer, *arguments, **options)

    monkeypatch.setattr(feed, "read", noting)
    return asked


def found(*modules: str) -> list[Lagging]:
    return [each for of_producer in lagging.lagging(*modules) for each in of_producer]


def test_where_nobody_lags_a_producer_is_asked_once(readers: Sequence[Subscriber], asked: list[str]) -> None:
    assert found("payments", "orders") == []
    assert asked == ["orders"]


def test_who_has_read_everything_is_left_out(readers: Sequence[Subscriber]) -> None:
    # Given something that both are told
    thing = new_thing()
    number(thing, 1)
    lane = shard_of(thing.id) % LANES
    assert found("payments") == [Lagging(name, "orders", lane) for name in READERS]
    # When one has read it
    pump(readers[0], "orders", range(SHARDS))
    # Then only the other lags
    assert found("payments") == [Lagging(READERS[1], "orders", lane)]


def test_whose_feed_cannot_be_read_keeps_nobody_waiting(
    readers: Sequence[Subscriber], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: Any, **__: Any) -> Page:
        raise FeedUnavailable("it is away")

    number(new_thing(), 1)
    with monkeypatch.context() as away:
        away.setattr(feed, "read", unavailable)
        assert found("payments") == []
    assert len(found("payments")) == len(READERS)


def test_a_producer_that_is_being_asked_is_not_asked_again(
    readers: Sequence[Subscriber], asked: list[str]
) -> None:
    # Given a sweep that waits for an answer of orders
    with alone("feed of orders") as first:
        assert first
        # When the next comes by
        assert found("payments") == []
    # Then it has asked nobody, and the one after that does
    assert asked == []
    found("payments")
    assert asked == ["orders"]
