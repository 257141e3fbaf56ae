"""Moving everything in this process until nothing moves any more: the log and the jobs without Celery."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator

from django.conf import settings
from django.db import connections

from tiffin import clock
from tiffin.jobs import running
from tiffin.log import held, pump
from tiffin.log.pages import Place
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import Subscriber, subscribers
from tiffin.models import HeldEvent, Job

ROUNDS = 200
JOBS_A_ROUND = 50
HORIZON_PAUSE_SECONDS = 0.005


class NeverSettles(AssertionError):
    """Events and jobs went on causing each other."""


def settle() -> None:
    """Pump every subscriber and run every due job of every module until all is quiet.

    The same functions that the Celery tasks call, on real rows. Jobs that are due later stay: move the
    clock (`tiffin.clock.shift`) and settle again. What could not be done is printed, for pytest to show
    beside a test that fails. Raises NeverSettles.
    """
    reading = _Reading()
    for _ in range(ROUNDS):
        if not _one_round(reading):
            break
    else:
        raise NeverSettles(f"still moving after {ROUNDS} rounds: {list(unfinished())}")
    for problem in unfinished():
        print(problem)


def unfinished() -> Iterator[str]:
    """Held events and failed jobs, each with its cause."""
    for module in settings.TIFFIN_MODULES:
        for event in HeldEvent.objects.using(module).order_by("position"):
            yield f"{event.subscriber} holds {event.name} of {event.key}: {event.cause}"
        for job in Job.objects.using(module).exclude(cause=""):
            yield f"{module}.{job.name} of {job.key} is {job.state} until {job.due}: {job.cause}"


class _Reading:
    """Where each subscription stands, and where its log ended when it had read all of it."""

    def __init__(self) -> None:
        self.places: defaultdict[tuple[str, str], dict[int, Place]] = defaultdict(dict)
        self.read_to: dict[tuple[str, str], int] = {}

    def pump(self, subscriber: Subscriber, producer: str, end: int | None) -> bool:
        """Whether anything moved, or is about to. `end` is None of a log that is elsewhere."""
        key = subscriber.name, producer
        if end is not None and self.read_to.get(key) == end:
            return False  # most would be pumped in vain
        progress = pump.pump(subscriber, producer, range(SHARDS), self.places[key])
        if progress.waiting:
            time.sleep(HORIZON_PAUSE_SECONDS)
            return True
        if end is not None and not progress.full:
            self.read_to[key] = end
        return bool(progress.moved)


def _end_of_log(producer: str) -> int:
    """The last position that was drawn, by who has committed or not."""
    with connections[producer].cursor() as cursor:
        cursor.execute("SELECT last_value FROM log_position")
        return int(cursor.fetchone()[0])


def _one_round(reading: _Reading) -> bool:
    moved = False
    ends = {module: _end_of_log(module) for module in settings.TIFFIN_MODULES}
    for module in settings.TIFFIN_MODULES:
        for subscriber in subscribers(module):
            for producer in subscriber.producers:
                moved |= reading.pump(subscriber, producer, ends.get(producer))
        holds, due = _is_there(module)
        moved |= holds and bool(held.retry_due(module))
        for claimed in running.claim(module, limit=JOBS_A_ROUND) if due else ():
            running.run(module, claimed)
            moved = True
    return moved


def _is_there(module: str) -> tuple[bool, bool]:
    """Whether there are held events, and due jobs: mostly there are none, and looking costs little."""
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM log_held), EXISTS (SELECT FROM job WHERE due <= %s)", [clock.now()]
        )
        holds, due = cursor.fetchone()
        return bool(holds), bool(due)
