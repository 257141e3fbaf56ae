"""Relays: what sends a log out into the world. A page goes out, then the cursor moves: at least once.

    SEGMENT = Relay("analytics.segment", OrderPlaced, OrderCancelled, is_on=...)

    reading = read(SEGMENT, "orders")
    for batch in batches(reading.events):
        send(batch)                 # outside any transaction
        with db.transaction():
            reading.move_past(batch)

The log itself is the queue: what the other side does not take yet stays there. No pump moves a relay; a job
of its module does (`tiffin.jobs.every`, one worker at a time), at the pace of the other side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tiffin.log import cursors, feed
from tiffin.log.events import Event, Recorded
from tiffin.log.publishing import SHARDS
from tiffin.log.pump import fresh, place_after
from tiffin.log.subscribers import Handler, Subscriber, UnknownVersion

EVENTS_A_SHARD = 200


class Relay(Subscriber):
    """Reads these events for somebody outside. While `is_on` says no, nothing is read and nothing kept: the
    cursors follow the horizon, and whoever turns it on begins there."""

    pumped = False

    def __init__(self, name: str, *events: type[Event], is_on: Callable[[], bool]) -> None:
        super().__init__(name, nudged=False)
        self._is_on = is_on
        for event in events:
            self.add(Handler(_sent_out, event, batched=False))

    def is_on(self) -> bool:
        return self._is_on()


class Overtaken(RuntimeError):
    """Somebody else has moved the cursors meanwhile, or stopped them. What was sent may be sent again."""


class Stopped(RuntimeError):
    """It stands still on this log until somebody resumes it; nothing is lost meanwhile."""


class Reading:
    """A page of a producer's log. `events` come in the order in which they were published, whatever their
    keys; of kinds that the relay does not know there may be some, without payload, to move past. `more` says
    that there is more to read at once."""

    def __init__(
        self,
        relay: Relay,
        producer: str,
        places: dict[int, feed.Place],
        events: list[Recorded],
        *,
        more: bool,
    ) -> None:
        self.events = events
        self.more = more
        self._relay = relay
        self._producer = producer
        self._places = places

    def move_past(self, sent: Sequence[Recorded]) -> None:
        """Move the cursors past the next of `events`, in the open transaction. Raises Overtaken."""
        last = {event.shard: place_after(event) for event in sent}
        where = [self._places[shard] for shard in sorted(last)]
        if len(cursors.lock_unmoved(self._relay, self._producer, where).shards) != len(last):
            raise Overtaken(f"{self._relay.name} is read by somebody else")
        cursors.move(self._relay, self._producer, last.values())
        self._places |= last


def read(relay: Relay, producer: str, *, limit: int = EVENTS_A_SHARD) -> Reading:
    """At most `limit` events of each shard after the cursors. Where a shard has more, only those are told of
    that surely come before it, so that the order is that of publishing.

    A version that nobody here knows stops the relay, once everything before it is gone out. Raises Stopped,
    FeedUnavailable, django.db.Error.
    """
    places = {place.shard: place for place in cursors.places(relay, producer, range(SHARDS))}
    if not places:
        raise Stopped(f"{relay.name} does not read {producer}")
    page = feed.read(producer, list(places.values()), relay.kinds(producer), limit=limit)
    events = sorted(fresh(page.events, places), key=_moment)
    if page.full:
        end = min(_moment(last) for last in {event.shard: event for event in events}.values())
        events = [event for event in events if _moment(event) <= end]
    return Reading(relay, producer, places, _up_to_unknown(relay, producer, events), more=page.full)


def _up_to_unknown(relay: Relay, producer: str, events: list[Recorded]) -> list[Recorded]:
    """Those before the first in a version that nobody here knows; with none before it, the relay stops."""
    for number, event in enumerate(events):
        try:
            relay.handler(event.name)
        except UnknownVersion as error:
            if number == 0:
                cursors.stop(relay, producer, str(error))
                raise Stopped(str(error)) from error
            return events[:number]
    return events


def _moment(event: Recorded) -> tuple[int, int, int]:
    return event.epoch, event.txid, event.position


def _sent_out(event: Event) -> None:
    raise LookupError("a relay's events are sent by its module")
