"""Moving everything in this process until nothing moves any more: the log and the jobs without Celery."""

from __future__ import annotations

import time

from django.conf import settings

from tiffin.jobs import running
from tiffin.log import held, pump
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import subscribers

ROUNDS = 200
HORIZON_PAUSE_SECONDS = 0.005


class NeverSettles(AssertionError):
    """Events and jobs went on causing each other."""


def settle() -> None:
    """Pump every subscriber and run every due job of every module until all is quiet.

    The same functions that the Celery tasks call, on real rows. Jobs that are due later stay: move the
    clock (`tiffin.clock.shift`) and settle again. Raises NeverSettles.
    """
    for _ in range(ROUNDS):
        if not _one_round():
            return
    raise NeverSettles(f"still moving after {ROUNDS} rounds")


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
        for claimed in running.claim(module, limit=50):
            running.run(module, claimed)
            moved = True
    return moved
