"""What runs beside requests in a process that answers them: logs that it follows, and what it does again and
again, to know what it is asked before it is asked. A module registers its own in its room `serving`."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

import structlog
from django.db import close_old_connections, connections

from tiffin.log.events import Event, Recorded
from tiffin.log.tails import Tail

log = structlog.get_logger(__name__)

R = TypeVar("R", bound=Callable[[], None])
T = TypeVar("T", bound=Callable[[Recorded], None])

PAUSE_AFTER_ERROR = timedelta(seconds=1)


class Repeated(NamedTuple):
    """`function` is called in a thread of its own, `pause` after it last ended."""

    name: str
    function: Callable[[], None]
    pause: timedelta


class Followed(NamedTuple):
    """`function` is called with each event of these `kinds`, those from `since` ago too."""

    producer: str
    function: Callable[[Recorded], None]
    kinds: frozenset[str]
    since: timedelta
    look_every: timedelta


_repeated: dict[str, Repeated] = {}
_followed: dict[str, Followed] = {}
_running: list[threading.Thread] = []
_lock = threading.Lock()
_ending = threading.Event()


def repeat(name: str, *, pause: timedelta) -> Callable[[R], R]:
    """The function is called beside requests for as long as the process lives. What it raises is logged."""

    def register(function: R) -> R:
        _repeated[name] = Repeated(name, function, pause)
        return function

    return register


def follow(
    *events: type[Event], since: timedelta = timedelta(0), look_every: timedelta = timedelta(seconds=0.5)
) -> Callable[[T], T]:
    """The function is called with each event of these classes, as it stands in the log. At least once; what
    it raises is logged and passed."""

    def register(function: T) -> T:
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for event in events:
            kinds[event.producer].add(event.kind)
        for producer, its in kinds.items():
            name = f"{producer} for {function.__module__}.{function.__qualname__}"
            _followed[name] = Followed(producer, function, frozenset(its), since, look_every)
        return function

    return register


def start() -> None:
    """Begin with everything that is registered, once; after the process has forked."""
    with _lock:
        if _running:
            return
        _ending.clear()
        _running.extend(_Repeating(each) for each in _repeated.values())
        _running.extend(
            Tail(
                each.producer,
                each.function,
                kinds=each.kinds,
                since=each.since,
                poll_seconds=each.look_every.total_seconds(),
            )
            for each in _followed.values()
        )
        for thread in _running:
            thread.start()


def stop() -> None:
    """End them and wait until they have. For tests, and for processes that end."""
    with _lock:
        _ending.set()
        for thread in _running:
            if isinstance(thread, Tail):
                thread.stop()
        for thread in _running:
            thread.join()
        _running.clear()


class _Repeating(threading.Thread):
    def __init__(self, repeated: Repeated) -> None:
        super().__init__(name=f"repeat-{repeated.name}", daemon=True)
        self.repeated = repeated

    def run(self) -> None:
        while not _ending.is_set():
            pause = self.repeated.pause
            try:
                self.repeated.function()
            except Exception as error:
                log.warning("repeated_interrupted", name=self.repeated.name, error=repr(error))
                close_old_connections()
                pause = max(pause, PAUSE_AFTER_ERROR)
            _ending.wait(pause.total_seconds())
        connections.close_all()
