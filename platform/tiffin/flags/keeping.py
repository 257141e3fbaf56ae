"""What this process knows of flags, how it is kept fresh, and where it is told who is part of experiments."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.db import close_old_connections, connections
from prometheus_client import Counter

from tiffin import db
from tiffin.flags.declaring import Flag
from tiffin.flags.evaluating import Assignments, Definitions, Reader, Seen, Subject
from tiffin.interfaces import CallInTransaction
from tiffin.log.tails import Tail

log = structlog.get_logger(__name__)
T = TypeVar("T", bool, str, int)

FLUSH_SECONDS = 0.5
# Whoever missed that something changed finds out after this time at the latest.
LOOK_AGAIN_SECONDS = 30.0
# So long a process that has just begun waits for definitions before it goes on without.
FIRST_SECONDS = 0.3
# Who was given nothing before is asked about again: another process may have told it meanwhile.
NOTHING_HOLDS_SECONDS = 30.0
MOST_WAITING = 50_000
MOST_REMEMBERED = 200_000
AT_ONCE = 500
AT_ONCE_A_TURN = 10 * AT_ONCE

DROPPED = Counter(
    "tiffin_flags_exposures_dropped_total", "Exposures let go because nobody took them; they are told again."
)


@dataclass(frozen=True)
class Source:
    """Who decides about flags: `load` answers definitions newer than a revision, or None; `before` what these
    units were given earlier; `tell` takes exposures. Events of `kind` in `producer`'s log say that something
    changed. One that is not to be followed (`follows`) is asked by `refresh` and told by `flush` alone."""

    load: Callable[[int], Definitions | None]
    before: Callable[[Sequence[str]], dict[str, Assignments]]
    tell: Callable[[Sequence[Seen]], None]
    producer: str
    kind: str
    follows: bool = True


class _Remembered(OrderedDict[tuple[str, int, str], None]):
    """The last so many exposures of this process, so that each is told once."""

    def is_new(self, seen: Seen) -> bool:
        key = (seen.experiment, seen.phase, seen.unit)
        if key in self:
            return False
        self[key] = None
        if len(self) > MOST_REMEMBERED:
            self.popitem(last=False)
        return True

    def forget(self, seen: Seen) -> None:
        self.pop((seen.experiment, seen.phase, seen.unit), None)


class _Keeper:
    def __init__(self) -> None:
        self.source: Source | None = None
        self.empty()

    def empty(self) -> None:
        self.definitions = Definitions()
        self.ready = threading.Event()
        self.stale = threading.Event()
        self.ending = threading.Event()
        self.remembered = _Remembered()
        self.waiting: list[Seen] = []
        self.before: OrderedDict[str, tuple[Assignments, float]] = OrderedDict()
        self.lock = threading.Lock()
        self.loading = threading.Lock()
        self.threads: list[threading.Thread] = []
        self.process = 0

    def begin(self) -> None:
        """Follow from now on, once in each process: after it has forked."""
        source = self.source
        if source is None or not source.follows or self.process == os.getpid():
            return
        with self.lock:
            if self.process == os.getpid():
                return
            self.process = os.getpid()
            tail = Tail(source.producer, lambda _: self.stale.set(), kinds={source.kind})
            beside = threading.Thread(target=self._keep, name="flags", daemon=True)
            self.threads = [tail, beside]
            for thread in self.threads:
                thread.start()
            atexit.register(self._try, lambda: self.flush(AT_ONCE))

    def end(self) -> None:
        self.ending.set()
        for thread in self.threads:
            if isinstance(thread, Tail):
                thread.stop()
        for thread in self.threads:
            thread.join()

    def refresh(self) -> None:
        """Load what has changed. Raises what the source does."""
        if self.source is None:
            return
        with self.loading:
            self.stale.clear()
            try:
                newer = self.source.load(self.definitions.revision)
            except Exception:
                self.stale.set()
                raise
            finally:
                self.ready.set()  # nobody waits for one who does not answer
            if newer is not None:
                self.definitions = newer
                with self.lock:
                    self.before.clear()
                log.info("flags_loaded", revision=newer.revision, flags=len(newer.features))

    def note(self, exposures: Sequence[Seen]) -> None:
        with self.lock:
            self.waiting.extend(seen for seen in exposures if self.remembered.is_new(seen))
            for seen in self.waiting[MOST_WAITING:]:
                self.remembered.forget(seen)
                DROPPED.inc()
            del self.waiting[MOST_WAITING:]

    def flush(self, most: int = MOST_WAITING) -> None:
        """Tell what waits, `most` at once. Raises what the source does, and keeps it then."""
        told = 0
        while self.source is not None and told < most:
            with self.lock:
                batch, self.waiting = self.waiting[:AT_ONCE], self.waiting[AT_ONCE:]
            if not batch:
                return
            told += len(batch)
            try:
                self.source.tell(batch)
            except Exception:
                with self.lock:
                    self.waiting = batch + self.waiting
                raise

    def given_before(self, units: Sequence[str]) -> dict[str, Assignments] | None:
        """None where nobody could say. What somebody was given is asked once, whether they were given nothing
        again after a while."""
        now, revision = time.monotonic(), self.definitions.revision
        with self.lock:
            held = {unit: self.before[unit] for unit in units if unit in self.before}
        known = {unit: given for unit, (given, until) in held.items() if given or now < until}
        unknown = [unit for unit in units if unit not in known]
        if not unknown or self.source is None:
            return known
        try:
            found = self.source.before(unknown)
        except Exception as error:
            log.info("flags_before_unknown", error=repr(error))
            return None
        asked: dict[str, Assignments] = {unit: found.get(unit, {}) for unit in unknown}
        with self.lock:
            if revision == self.definitions.revision:  # else it was asked of experiments of before
                until = now + NOTHING_HOLDS_SECONDS
                self.before.update({unit: (given, until) for unit, given in asked.items()})
            while len(self.before) > MOST_REMEMBERED:
                self.before.popitem(last=False)
        return known | asked

    def _keep(self) -> None:
        waited = LOOK_AGAIN_SECONDS
        while not self.ending.is_set():
            # First some of what was given until now, so that it is known when buckets change.
            self._try(lambda: self.flush(AT_ONCE))
            if self.stale.is_set() or waited >= LOOK_AGAIN_SECONDS:
                self._try(self.refresh)
                waited = 0.0
            self._try(lambda: self.flush(AT_ONCE_A_TURN))
            self.ending.wait(FLUSH_SECONDS)
            waited += FLUSH_SECONDS
        connections.close_all()

    def _try(self, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:
            log.warning("flags_interrupted", error=repr(error))
            close_old_connections()


_keeper = _Keeper()


class Seeing:
    """Flags as one subject sees them."""

    def __init__(self, keeper: _Keeper, reader: Reader) -> None:
        self._keeper = keeper
        self._reader = reader

    def read(self, flag: Flag[T]) -> T:
        """Its value for this subject; whoever becomes part of an experiment by it is noted."""
        value, exposures = self._reader.read(flag)
        if exposures:
            self._keeper.note(exposures)
        return value

    def value(self, key: str) -> tuple[object, list[Seen]]:
        """Of a flag that somebody else reads: what they would be given, and what to note once they have
        used it."""
        self._reader.exposures = []
        return self._reader.value(key), self._reader.exposures


def of(subject: Subject) -> Seeing:
    """Flags as this subject sees them. Raises CallInTransaction inside an open transaction: it may have to
    ask what they were given before."""
    if db.in_transaction():
        raise CallInTransaction("flags are read before a transaction is opened")
    _keeper.begin()
    if _keeper.source is not None and _keeper.source.follows:
        _keeper.ready.wait(FIRST_SECONDS)
    definitions = _keeper.definitions
    units = list(subject.units().values())
    before = _keeper.given_before(units) if definitions.sticky and units else {}
    return Seeing(_keeper, Reader(definitions, subject, before))


def connect(source: Source) -> None:
    """From now on `source` decides, in this process and in those that it becomes."""
    _keeper.source = source


def disconnect() -> None:
    """Nobody decides any more: every flag has its default."""
    _keeper.end()
    _keeper.source = None
    _keeper.empty()


def refresh() -> None:
    """Load what has changed now, instead of in a moment. Raises what the source does."""
    _keeper.refresh()


def flush() -> None:
    """Tell who is part of experiments now, instead of in a moment. Raises what the source does."""
    _keeper.flush()
