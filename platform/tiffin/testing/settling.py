"""Moving everything in this process until nothing moves any more: the log and the jobs without Celery."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.conf import settings

from tiffin.jobs import running
from tiffin.log import held, pump
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import subscribers
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
    for _ in range(ROUNDS):
        if not _one_round():
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


def _one_round() -> bool:
    moved = False
    for module in settings.TIFFIN_MODULES:
        for subscriber in subscribers(module):
            for producer in subscriber.producers:
                progress = pump.pump(subscriber, producer, range(SHARDS))
                moved |= bool(progress.moved)
                if progress.waiting:
                    moved = True
                    time.sleep(HORIZON_PAUSE_SECONDS)
        moved |= bool(held.retry_due(module))
        for claimed in running.claim(module, limit=JOBS_A_ROUND):
            running.run(module, claimed)
            moved = True
    return moved
