"""What of a log goes into one body: of those who agree, within the limits of the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog

from modules.analytics import selectors
from modules.analytics.kinds import Tracked
from modules.analytics.sinks.port import ENVELOPE_BYTES, Rendered, Sink, size_of
from modules.analytics.tracking import TRACKED, track
from modules.experiments.interface import Unit
from tiffin.log import Recorded

log = structlog.get_logger(__name__)

_KINDS = {event.wire for event in TRACKED}


class Entry(NamedTuple):
    """A message on its way, with the event that it tells of."""

    record: Recorded
    message: Tracked
    rendered: Rendered


class Poison(NamedTuple):
    """What cannot be sent, and why; without `message` nothing could be made of the event. `customer_id` is
    whom it is about, where that can be told."""

    record: Recorded
    message: Tracked | None
    cause: str
    customer_id: UUID | None


@dataclass
class Packed:
    """The body for the first `events` of those that were there."""

    events: int = 0
    entries: list[Entry] = field(default_factory=list)
    poison: list[Poison] = field(default_factory=list)
    body_bytes: int = ENVELOPE_BYTES


def pack(sink: Sink, records: Sequence[Recorded]) -> Packed:
    """Take as many of the `records`, in their order, as one body holds; of one at least. Who does not agree
    now, or did not when it happened, is passed over."""
    packed = Packed()
    records = records[: sink.limits.messages]
    told = [_told(record, packed) for record in records]
    about = {each.customer_id for messages in told for each in messages}
    about |= {each.customer_id for each in packed.poison if each.customer_id}
    people = selectors.people_who_agree(about)
    for record, messages in zip(records, told, strict=True):
        entries = [
            Entry(record, message, sink.render(message, people[message.customer_id].person_id))
            for message in messages
            if _may_be_told(message, people)
        ]
        if not _add(packed, sink, entries):
            break
        packed.events += 1
    taken = {record.event_id for record in records[: packed.events]}
    packed.poison = [
        each
        for each in packed.poison
        if each.record.event_id in taken and (each.customer_id is None or each.customer_id in people)
    ]
    return packed


def agreed(entries: Sequence[Entry]) -> list[Entry]:
    """Those of whom it may be told now: minutes may have passed since they were packed."""
    people = selectors.people_who_agree({each.message.customer_id for each in entries})
    return [each for each in entries if _may_be_told(each.message, people)]


def _may_be_told(message: Tracked, people: Mapping[UUID, selectors.Known]) -> bool:
    known = people.get(message.customer_id)
    return known is not None and message.at >= known.changed_at


def _told(record: Recorded, packed: Packed) -> list[Tracked]:
    """An event of which nothing can be made stops nobody."""
    if record.name not in _KINDS:
        return []
    try:
        return track(record)
    except Exception as error:
        log.exception("event_not_tracked", name=record.name, event_id=str(record.event_id))
        packed.poison.append(Poison(record, None, repr(error), _customer_in(record.payload)))
        return []


def _add(packed: Packed, sink: Sink, entries: Iterable[Entry]) -> bool:
    """Whether there is room for all of an event's messages; what is larger than any may be needs none."""
    sizes = [(entry, size_of(entry.rendered)) for entry in entries]
    fitting = [(entry, size) for entry, size in sizes if size <= sink.limits.message_bytes]
    body_bytes = packed.body_bytes + sum(size for _, size in fitting)
    too_much = (
        len(packed.entries) + len(fitting) > sink.limits.messages or body_bytes > sink.limits.body_bytes
    )
    if too_much and packed.entries:
        return False
    packed.body_bytes = body_bytes
    packed.entries += [entry for entry, _ in fitting]
    packed.poison += [
        poison(entry, f"{size} bytes: {sink.name} takes {sink.limits.message_bytes}")
        for entry, size in sizes
        if size > sink.limits.message_bytes
    ]
    return True


def poison(entry: Entry, cause: str) -> Poison:
    return Poison(entry.record, entry.message, cause, entry.message.customer_id)


def _customer_in(payload: bytes) -> UUID | None:
    """Whom an event is about that cannot be read, so that it is held only while they agree."""
    try:
        facts = msgspec.json.decode(payload)
        of_exposure = facts.get("unit") if facts.get("attribute") == Unit.CUSTOMER.value else None
        return UUID(facts.get("customer_id") or facts.get("viewer_id") or of_exposure)
    except (msgspec.DecodeError, AttributeError, TypeError, ValueError):
        return None
