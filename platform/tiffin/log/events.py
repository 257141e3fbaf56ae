"""Events: what a module publishes about its aggregates, and how they look once recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple, dataclass_transform
from uuid import UUID

import msgspec

from tiffin.dto import FrozenStructMeta

_WIRE_NAME = re.compile(r"(?P<producer>[a-z_]+)\.(?P<kind>[a-z_]+)\.v(?P<version>[1-9][0-9]*)")

_classes: dict[str, type[Event]] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class EventMeta(FrozenStructMeta):
    """Gives an event class its wire name and enters it in the register by that name."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        wire: str = "",
        deprecated: str = "",
        **config: Any,
    ) -> EventMeta:
        cls = super().__new__(mcls, name, bases, {**namespace, "deprecated": deprecated}, **config)
        if wire:
            _register(cls, wire)  # type: ignore[arg-type]  # a metaclass makes the class it returns
        return cls  # type: ignore[return-value]

    def __init__(self, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> None:
        super().__init__(name, bases, namespace)


class Event(msgspec.Struct, metaclass=EventMeta):
    """Base of published events.

        class OrderPlaced(Event, wire="orders.order_placed.v1"): ...

    The wire name is `<producer>.<kind>.v<version>` and outlives the class. Facts (amounts, items, states)
    belong in it, personal data never. `deprecated="…"` says what to listen to instead: it may be gone after
    the next release.
    """

    wire: ClassVar[str]
    producer: ClassVar[str]
    kind: ClassVar[str]
    schema_version: ClassVar[int]
    deprecated: ClassVar[str]


class Recorded(NamedTuple):
    """An event as it stands in the log. `payload` is JSON, empty for kinds the reader did not ask for."""

    shard: int
    epoch: int
    txid: int
    position: int
    day: date
    event_id: UUID
    name: str
    key: UUID
    seq: int
    occurred_at: datetime
    region: str | None
    actor: str
    correlation: UUID
    causation: UUID | None
    payload: bytes

    @property
    def kind(self) -> str:
        return self.name.split(".")[1]

    def decode(self) -> Event:
        """The event itself. Raises KeyError for a version that nobody here knows, msgspec.ValidationError."""
        return msgspec.json.decode(self.payload, type=_classes[self.name])


_current: ContextVar[Recorded | None] = ContextVar("tiffin_event", default=None)
_batch: ContextVar[tuple[Recorded, ...]] = ContextVar("tiffin_events", default=())


def current_event() -> Recorded:
    """The record of the event being handled: its id, sequence, time and region."""
    record = _current.get()
    if record is None:
        raise LookupError("no event is being handled")
    return record


def current_events() -> tuple[Recorded, ...]:
    """The records of the events that an `on_batch` handler was given, in the same order."""
    return _batch.get()


@contextmanager
def handling(record: Recorded, *more: Recorded) -> Iterator[None]:
    """Within the block, `record` is the event being handled, or the first of those that are."""
    token, batch = _current.set(record), _batch.set((record, *more))
    try:
        yield
    finally:
        _batch.reset(batch)
        _current.reset(token)


def known(wire: str) -> bool:
    return wire in _classes


def event_classes() -> dict[str, type[Event]]:
    """Every event class that this process knows, by wire name."""
    return dict(_classes)


def _register(cls: type[Event], wire: str) -> None:
    match = _WIRE_NAME.fullmatch(wire)
    if match is None:
        raise ValueError(f"{cls.__name__}: a wire name reads <producer>.<kind>.v<version>, not {wire!r}")
    taken = _classes.get(wire)
    if taken is not None and (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValueError(f"{wire} is the name of {taken.__qualname__} already")
    cls.wire = wire
    cls.producer, cls.kind = match["producer"], match["kind"]
    cls.schema_version = int(match["version"])
    _classes[wire] = cls
