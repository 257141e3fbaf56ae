"""Who is asking, for which region, under which trace and until when: what travels with every call,
event and job."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import Enum
from uuid import UUID, uuid4

import msgspec

from tiffin.dto import DTO


class ActorKind(Enum):
    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    RESTAURANT = "restaurant"
    COURIER = "courier"
    STAFF = "staff"
    SERVICE = "service"


# Stands in an actor's `regions` for all of them: whoever is granted nothing has none, and works nowhere.
EVERY_REGION = "*"


class Actor(DTO):
    """Somebody who does something, as the token says.

    `restaurants` are the ids a restaurant's user may act for; `roles` belong to staff, `regions` to staff and
    couriers: codes, or EVERY_REGION.
    """

    kind: ActorKind
    id: UUID | None = None
    restaurants: tuple[UUID, ...] = ()
    roles: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def works_everywhere(self) -> bool:
        return EVERY_REGION in self.regions

    def works_in(self, region: str) -> bool:
        return self.works_everywhere or region in self.regions

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.id}" if self.id else self.kind.value


ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)
SERVICE = Actor(kind=ActorKind.SERVICE)


class DeadlineExceeded(Exception):
    """The time that the caller gave is over; nothing more may be done for it."""


class Context(DTO):
    """`deadline` is in seconds of `time.monotonic()`, or None; `correlation` is the W3C trace id."""

    actor: Actor = SERVICE
    region: str | None = None
    correlation: UUID
    causation: UUID | None = None
    deadline: float | None = None

    @property
    def trace_id(self) -> str:
        return self.correlation.hex


_current: ContextVar[Context | None] = ContextVar("tiffin_context", default=None)


def current() -> Context:
    """The context of the work at hand; work that nobody asked for starts a trace of its own."""
    context = _current.get()
    if context is None:
        context = Context(correlation=uuid4())
        _current.set(context)
    return context


@contextmanager
def use(context: Context) -> Iterator[Context]:
    """Work under `context` within the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)


def change(
    *,
    actor: Actor | None = None,
    region: str | None = None,
    causation: UUID | None = None,
    deadline: float | None = None,
) -> Context:
    """Replace parts of the current context for the rest of the work at hand; returns the new one."""
    changes = {
        name: value
        for name, value in (
            ("actor", actor),
            ("region", region),
            ("causation", causation),
            ("deadline", deadline),
        )
        if value is not None
    }
    context: Context = msgspec.structs.replace(current(), **changes)
    _current.set(context)
    return context


@contextmanager
def deadline_in(seconds: float) -> Iterator[None]:
    """Give the block at most `seconds`, and never more than is left already."""
    before = current()
    ends = time.monotonic() + seconds
    if before.deadline is not None:
        ends = min(ends, before.deadline)
    with use(msgspec.structs.replace(before, deadline=ends)):
        yield


def check_deadline() -> None:
    """Raises DeadlineExceeded once the time is over."""
    context = _current.get()
    if context is not None and context.deadline is not None and time.monotonic() > context.deadline:
        raise DeadlineExceeded("the deadline of this call has passed")
