"""The kernel's Celery tasks. Each moves a batch, never one event, and stops by itself after a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import Error as DatabaseTrouble

from tiffin import clock
from tiffin.interfaces import answers
from tiffin.jobs import running as job_runs
from tiffin.log import held, pump, tidying
from tiffin.log.pages import FeedUnavailable
from tiffin.log.subscribers import subscriber as find_subscriber
from tiffin.models import StaffAction
from tiffin.moving.nudges import broker, nudge_jobs, nudge_pump

log = structlog.get_logger(__name__)

# How long a task goes on before it makes room for others.
BUDGET_SECONDS = 2.0
# Rows above the horizon become readable when the transactions before them end: mostly at once. If not, the
# thread is given to those transactions, and the pump queues up again.
HORIZON_PAUSE_SECONDS = 0.02
HORIZON_PAUSES = 2
# Jobs of one claim are done one after the other: more than a few would wait for each other.
CLAIM = 3
STAFF_ACTION_RETENTION = timedelta(days=365)


def pump_lane(subscriber: str, producer: str, lane: int) -> None:
    """Move what there is for `subscriber` in one lane of `producer`'s log."""
    me = nudge_pump(subscriber, producer, lane)
    broker.lower_flag(me)
    try:
        reader = find_subscriber(subscriber)
    except LookupError:
        log.warning("nudge_for_nobody", subscriber=subscriber)  # sent by another version of the code
        return
    until = time.monotonic() + BUDGET_SECONDS
    pauses = 0
    while time.monotonic() < until and pauses <= HORIZON_PAUSES:
        try:
            progress = pump.pump(reader, producer, pump.shards_of(lane))
        except (DatabaseTrouble, FeedUnavailable) as error:
            log.warning("pump_failed", subscriber=subscriber, producer=producer, error=str(error))
            return  # the next sweep comes again
        if not progress.moved and not progress.waiting:
            return
        if progress.moved:
            pauses = 0
        else:
            pauses += 1
            time.sleep(HORIZON_PAUSE_SECONDS)
    broker.send([me])


def run_jobs(module: str) -> None:
    """Do what is due in `module`. When there is more than one claim, another task takes the rest."""
    me = nudge_jobs(module)
    broker.lower_flag(me)
    until = time.monotonic() + BUDGET_SECONDS
    while time.monotonic() < until:
        claimed = job_runs.claim(module, limit=CLAIM)
        if not claimed:
            return
        if len(claimed) == CLAIM:
            broker.send([me])
        for one in claimed:
            job_runs.run(module, one)
    broker.send([me])


def sweep(module: str) -> None:
    """Find what no nudge has told: jobs that became due, held events to retry, cursors that lag."""
    try:
        found = [nudge_pump(*lagging) for lagging in pump.lagging(module)]
        if job_runs.any_due(module):
            found.append(nudge_jobs(module))
        broker.send(found)
        held.retry_due(module)
    except DatabaseTrouble as error:
        log.warning("sweep_failed", module=module, error=str(error))


def tidy(module: str) -> None:
    """Move idle cursors to the horizon, make the next partitions, let go what is past its retention."""
    tidying.tidy(module)
    answers.forget_answers(module)
    StaffAction.objects.using(module).filter(at__lt=clock.now() - STAFF_ACTION_RETENTION).delete()


TASKS: dict[str, Callable[..., None]] = {
    "tiffin.pump": pump_lane,
    "tiffin.run_jobs": run_jobs,
    "tiffin.sweep": sweep,
    "tiffin.tidy": tidy,
}
