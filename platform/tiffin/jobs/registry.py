"""What each module's jobs and deadlines do, by name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from tiffin.db.owners import owner_of

F = TypeVar("F", bound=Callable[..., None])
R = TypeVar("R", bound=Callable[[], None])

LEASE = timedelta(seconds=60)
ATTEMPTS = 12
UNENDING = sys.maxsize


class Later(Exception):
    """Raised in a job: nothing is wrong, run it again after `pause`. Not counted as an attempt."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(f"again in {pause}")
        self.pause = pause


class Work(NamedTuple):
    """A job or a deadline as registered. `cap` is how many of one `destination` may run at a time; `pause`
    is how long after its end something that is done again and again begins anew."""

    module: str
    name: str
    function: Callable[..., None]
    is_deadline: bool
    attempts: int
    lease: timedelta
    destination: str
    cap: int | None
    pause: timedelta | None = None

    @property
    def key(self) -> UUID:
        """Of the one row that something done again and again has."""
        return uuid5(NAMESPACE_OID, f"{self.module}.{self.name}")


_work: dict[tuple[str, str], Work] = {}


def job(
    name: str,
    *,
    attempts: int = ATTEMPTS,
    lease: timedelta = LEASE,
    destination: str = "",
    cap: int | None = None,
) -> Callable[[F], F]:
    """The function does `name`: `function(key, **payload)`, outside any transaction, at least once.

    It may call other modules and the world, with keys, so that doing it again is harmless. An error is
    retried with backoff; after `attempts` the job is held with its cause.
    """

    def register(function: F) -> F:
        _register(
            Work(owner_of(function.__module__), name, function, False, attempts, lease, destination, cap)
        )
        return function

    return register


def every(name: str, *, pause: timedelta, lease: timedelta = LEASE) -> Callable[[R], R]:
    """The function does `name` for the whole module: `function()`, outside any transaction, `pause` after it
    last ended, by one worker at a time. An error is retried with backoff, and never given up."""

    def register(function: R) -> R:
        _register(
            Work(owner_of(function.__module__), name, function, False, UNENDING, lease, "", None, pause)
        )
        return function

    return register


def deadline(name: str) -> Callable[[F], F]:
    """The function is what happens when an aggregate has not moved in time: `function(key)`, inside one
    transaction of its module with the aggregate locked and the deadline row removed: exactly once."""

    def register(function: F) -> F:
        _register(Work(owner_of(function.__module__), name, function, True, ATTEMPTS, LEASE, "", None))
        return function

    return register


def find(module: str, name: str) -> Work:
    """Raises LookupError for a name that nobody registered."""
    try:
        return _work[module, name]
    except KeyError:
        raise LookupError(f"{module} has no job or deadline {name!r}") from None


def registered(module: str | None = None) -> list[Work]:
    """Every job and deadline, or those of one module, by name."""
    return [work for _, work in sorted(_work.items()) if module is None or work.module == module]


def _register(work: Work) -> None:
    taken = _work.get((work.module, work.name))
    if taken is not None and taken.function.__qualname__ != work.function.__qualname__:
        raise ValueError(f"{work.module}.{work.name} is {taken.function.__qualname__} already")
    _work[work.module, work.name] = work
