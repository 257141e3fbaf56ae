"""Who has not read what is there to be read: what a sweep looks for, where no nudge has told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import structlog
from django.db import Error as DatabaseTrouble

from tiffin.alone import alone
from tiffin.log import cursors, feed
from tiffin.log.nudges import LANES
from tiffin.log.pages import Place
from tiffin.log.subscribers import subscribers
from tiffin.remote import home_of

log = structlog.get_logger(__name__)


class Lagging(NamedTuple):
    """A subscriber that has not read a lane of a producer's log to its end."""

    subscriber: str
    producer: str
    lane: int


def lagging(*modules: str) -> Iterator[list[Lagging]]:
    """For one producer after the other, where there is something to read for subscribers of `modules`.

    A producer is asked once for all of them, and again for each only if there is something. Those that are
    here come first; one that another thread is asking is left out: it answers slowly, and the others are not
    to wait for it too."""
    for producer, reading in sorted(_reading(modules).items(), key=lambda each: home_of(each[0]) is not None):
        with alone(f"feed of {producer}") as free:
            found = _lagging_behind(producer, reading) if free else []
        yield found


def _reading(modules: Sequence[str]) -> dict[str, dict[str, list[Place]]]:
    """By producer and subscriber the places of those that are not stopped."""
    found: dict[str, dict[str, list[Place]]] = {}
    for module in modules:
        try:
            places_of = cursors.open_places(module)
        except DatabaseTrouble as error:
            log.warning("cursors_unavailable", module=module, error=str(error))
            continue  # the other modules are looked after all the same
        for subscriber in filter(lambda each: each.pumped, subscribers(module)):
            for producer in subscriber.producers:
                places = places_of.get((subscriber.name, producer), [])
                found.setdefault(producer, {})[subscriber.name] = places
    return found


def _lagging_behind(producer: str, reading: dict[str, list[Place]]) -> list[Lagging]:
    found: list[Lagging] = []
    try:
        if feed.read(producer, _furthest_back(reading.values()), (), limit=1).events:
            for subscriber, places in reading.items():
                page = feed.read(producer, places, (), limit=1)
                lanes = sorted({event.shard % LANES for event in page.events})
                found += [Lagging(subscriber, producer, lane) for lane in lanes]
    except (feed.FeedUnavailable, DatabaseTrouble) as error:
        log.warning("feed_unavailable", producer=producer, error=str(error))
    return found


def _furthest_back(readings: Iterable[list[Place]]) -> list[Place]:
    """In each shard the place of whoever has read least."""
    found: dict[int, Place] = {}
    for place in chain.from_iterable(readings):
        found[place.shard] = min(found.get(place.shard, place), place, key=lambda each: each[:4])
    return list(found.values())
