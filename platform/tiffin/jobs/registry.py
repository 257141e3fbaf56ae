"""What each module's jobs and deadlines do, by name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

from tiffin.db.owners import owner_of

F = TypeVar("F", bound=Callable[..., None])
S = TypeVar("S", bound=Callable[[], None])

LEASE = timedelta(seconds=60)
ATTEMPTS = 12


class Later(Exception):
    """Raised in a job: nothing is wrong, run it again after `pause`. Not counted as an attempt."""

    def __init__(self, pause: timedelta) -> None:
        super().__init__(f"again in {pause}")
        self.pause = pause


class Work(NamedTuple):
    """A job or a deadline as registered. `cap` is how many of one `destination` may run at a time."""

    module: str
    name: str
    function: Callable[..., None]
    is_deadline: bool
    attempts: int
    lease: timedelta
    destination: str
    cap: int | None


_work: dict[tuple[str, str], Work] = {}
_standing: dict[str, dict[str, Callable[[], None]]] = {}


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


def deadline(name: str) -> Callable[[F], F]:
    """The function is what happens when an aggregate has not moved in time: `function(key)`, inside one
    transaction of its module with the aggregate locked and the deadline row removed: exactly once."""

    def register(function: F) -> F:
        _register(Work(owner_of(function.__module__), name, function, True, ATTEMPTS, LEASE, "", None))
        return function

    return register


def standing(function: S) -> S:
    """The function is called about once a minute by whoever moves its module: it sees to it that the jobs are
    there that no use case adds, because they begin by themselves and add themselves again. It must be cheap,
    and harmless to repeat and beside itself."""
    _standing.setdefault(owner_of(function.__module__), {})[function.__qualname__] = function
    return function


def stand_by(module: str) -> None:
    """Call the standing functions of a module."""
    for function in _standing.get(module, {}).values():
        function()


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
