"""A rebuilt projection equals the live one: what a subscriber has learned is what the logs tell.

The logs are read again through the subscriber's own handlers, into temporary tables, up to where its live
cursors stand; then live and rebuilt are compared in one snapshot together with the cursors.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from tiffin.audit.comparing import compare
from tiffin.audit.findings import Inspection
from tiffin.audit.shadow import Pooled, shadowed, snapshot, unheard
from tiffin.log import cursors, feed
from tiffin.log.events import Recorded
from tiffin.log.handling import handle_all
from tiffin.log.pages import Place
from tiffin.log.pump import EVENTS_A_BATCH, ONE_DAY, batched, fresh, is_event_fault
from tiffin.log.subscribers import Subscriber, UnknownVersion, subscribers

EVENTS_A_SHARD = 200
# News may arrive between reading and comparing; then the rest is read, and it is tried again.
TRIES = 50

Places = dict[tuple[str, int], Place]


def projections_true(inspection: Inspection, tolerance: timedelta) -> None:
    """Counts rows of the live tables."""
    for subscriber in subscribers(inspection.module):
        if not subscriber.rebuildable:
            continue
        if beginning := _lost_beginning(subscriber):
            inspection.note = f"{subscriber.name} cannot be rebuilt: {beginning}"
            continue
        try:
            _look_at(inspection, subscriber)
        except (UnknownVersion, Pooled) as reason:
            inspection.find("", f"{subscriber.name} cannot be rebuilt: {reason}")


def _lost_beginning(subscriber: Subscriber) -> str:
    for producer in subscriber.producers:
        kept_from = feed.horizon(producer).kept_from
        if kept_from is not None:
            return f"the log of {producer} begins at {kept_from}"
    return ""


def _look_at(inspection: Inspection, subscriber: Subscriber) -> None:
    with shadowed(subscriber.module) as session:
        rebuilt = _Rebuilt(inspection, subscriber)
        for _ in range(TRIES):
            rebuilt.catch_up(_live_places(subscriber))
            with snapshot(session):
                live = _live_places(subscriber)
                if rebuilt.is_beyond(live):
                    inspection.find("", f"{subscriber.name} is being replayed; ask again when it is done")
                    return
                if not rebuilt.misses_something(live):
                    for model in subscriber.copies:
                        compare(inspection, subscriber, model)
                    return
    inspection.find("", f"{subscriber.name} changes so fast that it could not be compared in {TRIES} tries")


def _live_places(subscriber: Subscriber) -> Places:
    return {
        (producer, place.shard): place
        for producer in subscriber.producers
        for place in cursors.all_places(subscriber, producer)
    }


class _Rebuilt:
    """A subscriber's handlers at work in the shadow, and how far they have read."""

    def __init__(self, inspection: Inspection, subscriber: Subscriber) -> None:
        self._inspection = inspection
        self._subscriber = subscriber
        self._places: Places = {}
        self._failed: set[UUID] = set()

    def catch_up(self, to: Places) -> None:
        for events in self._events_until(to):
            for batch in batched(events, EVENTS_A_BATCH):
                self._handle(batch)
            self._inspection.looked(0)
        self._places = to

    def is_beyond(self, live: Places) -> bool:
        return any(_order(live[key]) < _order(place) for key, place in self._places.items())

    def misses_something(self, live: Places) -> bool:
        """Whether the live cursors have passed something that the subscriber listens to."""
        return any(events for events in self._events_until(live))

    def _events_until(self, to: Places) -> Iterator[list[Recorded]]:
        """What the subscriber listens to from where it stands on, a page at a time."""
        for producer in self._subscriber.producers:
            ends = {shard: end for (name, shard), end in to.items() if name == producer}
            places = {shard: self._places.get((producer, shard), Place(shard)) for shard in ends}
            while places:
                yield [event for event in self._page(producer, places, ends) if self._listens_to(event)]

    def _page(self, producer: str, places: dict[int, Place], ends: dict[int, Place]) -> list[Recorded]:
        """A page of the log below `ends`; brings `places` on, and leaves out the shards that are read."""
        kinds = self._subscriber.kinds(producer)
        events = feed.read(producer, list(places.values()), kinds, limit=EVENTS_A_SHARD).events
        wanted = [event for event in fresh(events, places) if _order(event) <= _order(ends[event.shard])]
        last = {event.shard: Place(event.shard, *_order(event), event.day - ONE_DAY) for event in wanted}
        for shard in list(places):
            if shard not in last:
                del places[shard]
        places.update(last)
        return wanted

    def _listens_to(self, event: Recorded) -> bool:
        return self._subscriber.handler(event.name) is not None

    def _handle(self, events: list[Recorded]) -> None:
        """As the pump does: together, or one by one when that fails; what follows a failure is left out."""
        wanted = [event for event in events if event.key not in self._failed]
        try:
            with unheard(self._subscriber.module):
                handle_all(self._subscriber, wanted)
        except Exception as error:
            if not is_event_fault(error):
                raise
            if len(wanted) > 1:
                for event in wanted:
                    self._handle([event])
                return
            (event,) = wanted
            self._failed.add(event.key)
            self._inspection.find(event.key, f"{event.name} number {event.seq} cannot be handled: {error!r}")


def _order(where: Place | Recorded) -> tuple[int, int, int]:
    return where.epoch, where.txid, where.position
