"""Subscribers: who handles which events, in whose schema. A plain table that one can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tiffin.db.owners import owner_of
from tiffin.log.events import Event

if TYPE_CHECKING:
    from django.db.models import Model

E = TypeVar("E", bound=Event)
One = Callable[[E], None]
Many = Callable[[Sequence[E]], None]


class Handler:
    """A function for one event class; `batched` says that it takes a sequence of them."""

    def __init__(self, function: Callable[[Any], None], event: type[Event], *, batched: bool) -> None:
        self.function = function
        self.event = event
        self.batched = batched


class Subscriber:
    """Reads producers' logs with cursors of its own, in the schema of its module.

    One that is not `nudged` reads when the beat sweeps, a second later and many events at once: for what
    nobody waits for.

    `reset`, if given, empties what the subscriber's handlers have written, so that it can be rebuilt by
    reading everything again; `copies` are the models that they write and nobody else does, which
    `manage.py audit` compares with a rebuilt copy. Raises TypeError for one without the other.
    """

    # Whether the pumps move it; what sends a log out has a pace of its own (`tiffin.log.relays`).
    pumped = True

    def __init__(
        self,
        name: str,
        *,
        nudged: bool = True,
        reset: Callable[[], None] | None = None,
        copies: tuple[type[Model], ...] = (),
    ) -> None:
        if (reset is None) != (not copies):
            raise TypeError(f"{name}: a subscriber that can be rebuilt says what it has copied, and only it")
        self.name = name
        self.module = name.split(".", maxsplit=1)[0]
        self.nudged = nudged
        self.reset = reset
        self.copies = copies
        self.handlers: dict[tuple[str, str], dict[int, Handler]] = defaultdict(dict)
        _subscribers[name] = self

    def is_on(self) -> bool:
        """Whether it reads at all. The cursors of one that does not follow the horizon."""
        return True

    @property
    def rebuildable(self) -> bool:
        return self.reset is not None

    @property
    def producers(self) -> tuple[str, ...]:
        return tuple(sorted({producer for producer, _ in self.handlers}))

    def kinds(self, producer: str) -> frozenset[str]:
        return frozenset(kind for name, kind in self.handlers if name == producer)

    def handler(self, wire: str) -> Handler | None:
        """The handler of an event by its wire name; None when nobody here listens.

        Raises UnknownVersion when somebody listens, but not to this version.
        """
        producer, kind, version = wire.split(".")
        versions = self.handlers.get((producer, kind))
        if versions is None:
            return None
        try:
            return versions[int(version[1:])]
        except KeyError:
            raise UnknownVersion(f"{self.name} does not know {wire}; {UnknownVersion.ADVICE}") from None

    def add(self, handler: Handler) -> None:
        event = handler.event
        versions = self.handlers[event.producer, event.kind]
        taken = versions.get(event.schema_version)
        if taken is not None and taken.function.__qualname__ != handler.function.__qualname__:
            raise ValueError(f"{self.name} handles {event.wire} already, by {taken.function.__qualname__}")
        versions[event.schema_version] = handler


class UnknownVersion(Exception):
    """An event came in a version that nobody here knows: the subscriber stops until it is deployed."""

    ADVICE = "deploy the version that does"


_subscribers: dict[str, Subscriber] = {}


def on(event: type[E], *, by: Subscriber | None = None) -> Callable[[One[E]], One[E]]:
    """The function handles `event` in one transaction of its module, together with the cursor: exactly once.

    It never calls other modules or the world; what must be called becomes a job.
    """

    def register(function: One[E]) -> One[E]:
        _subscriber_for(function, by).add(Handler(function, event, batched=False))
        return function

    return register


def on_batch(*events: type[E], by: Subscriber | None = None) -> Callable[[Many[E]], Many[E]]:
    """As `on`, but the function takes a run of these events at once (those of one key in their order)."""

    def register(function: Many[E]) -> Many[E]:
        for event in events:
            _subscriber_for(function, by).add(Handler(function, event, batched=True))
        return function

    return register


def subscribers(module: str | None = None) -> list[Subscriber]:
    """Every subscriber, or those of one module, by name."""
    return [s for _, s in sorted(_subscribers.items()) if module is None or s.module == module]


def subscriber(name: str) -> Subscriber:
    """Raises LookupError."""
    try:
        return _subscribers[name]
    except KeyError:
        raise LookupError(f"there is no subscriber {name}") from None


def listening_to(producer: str, kinds: set[str]) -> list[Subscriber]:
    """Those who handle any of these kinds of a producer's events."""
    return [s for s in _subscribers.values() if any((producer, kind) in s.handlers for kind in kinds)]


def _subscriber_for(function: Callable[..., None], by: Subscriber | None) -> Subscriber:
    if by is not None:
        return by
    module = owner_of(function.__module__)
    return _subscribers.get(module) or Subscriber(module)
