"""The kernel's Celery tasks. Each moves a batch, never one event, and stops by itself after a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import Error as DatabaseTrouble
from django.db import connections

from tiffin import clock
from tiffin.alone import alone
from tiffin.interfaces import answers
from tiffin.jobs import running as job_runs
from tiffin.log import held, pump, tidying
from tiffin.log.lagging import lagging
from tiffin.log.pages import FeedUnavailable, Place
from tiffin.log.pump import Progress
from tiffin.log.subscribers import subscriber as find_subscriber
from tiffin.models import StaffAction
from tiffin.moving.nudges import (
    MOVE,
    Nudge,
    broker,
    lane_of_its_own,
    nudge_jobs,
    nudge_pump,
    read_news,
)

log = structlog.get_logger(__name__)

T = TypeVar("T")
Known = dict[tuple[str, str], dict[int, Place]]

# How long a task goes on before it makes room for others.
BUDGET_SECONDS = 2.0
# While there is something to do, a task looks for more of it once in this time: what came meanwhile is moved
# together, which costs little more than moving one. Rows above the horizon have become readable by then.
PACE_SECONDS = 0.25
# So long a task that has nothing more to do waits for news before it ends.
LINGER_SECONDS = 0.03
_WHAT_IS_DUE = """
SELECT EXISTS (SELECT FROM job WHERE state = 'waiting' AND due <= %(now)s
                                     AND (lease_until IS NULL OR lease_until <= %(now)s)),
       EXISTS (SELECT FROM log_held WHERE next_try <= %(now)s)
"""
STAFF_ACTION_RETENTION = timedelta(days=365)


def move(module: str) -> None:
    """Move what the news of `module` tell of: one task for all its subscribers and all who tell them."""
    me = Nudge(MOVE, module, (module,))
    until = time.monotonic() + BUDGET_SECONDS
    again: set[str] = set()
    known: Known = {}
    while time.monotonic() < until:
        news = again | broker.take(me) or _linger(me)
        if not news:
            return
        began = time.monotonic()
        again = _pump_all(news, known)
        _keep_pace(began)
    broker.hand_on(me, again)


def pump_lane(subscriber: str, producer: str, lane: int) -> None:
    """Move all there is for `subscriber` in one lane of `producer`'s log, where it is too much for `move`."""
    me = lane_of_its_own(subscriber, producer, lane)
    broker.take(me)
    until = time.monotonic() + BUDGET_SECONDS
    while time.monotonic() < until:
        progress = _pump(subscriber, producer, pump.shards_of(lane))
        if not progress.full:
            broker.leave(me)
            broker.send(
                [nudge_pump(subscriber, producer, lane)] if progress.moved or progress.waiting else []
            )
            return
    broker.hand_on(me)


def run_jobs(module: str) -> None:
    """Do what is due in `module`. When there is more than one claim, another task takes the rest."""
    me = nudge_jobs(module)
    until = time.monotonic() + BUDGET_SECONDS
    limit = job_runs.at_once(module)
    broker.take(me)
    while time.monotonic() < until:
        began = time.monotonic()
        claimed = job_runs.claim(module, limit=limit)
        if len(claimed) >= limit:
            broker.hand_on(me)
        job_runs.run(module, *claimed)
        if len(claimed) < limit:
            _keep_pace(began)
            if not (broker.take(me) or _linger(me)):
                return
    broker.hand_on(me)


def _keep_pace(began: float) -> None:
    """Wait until what began then has taken PACE_SECONDS."""
    time.sleep(max(0.0, began + PACE_SECONDS - time.monotonic()))


def _linger(nudge: Nudge) -> set[str]:
    """News that come a moment later need no task of their own, and what they tell of is moved together."""
    time.sleep(LINGER_SECONDS)
    return broker.leave(nudge)


def _pump_all(news: set[str], known: Known) -> set[str]:
    """Move a batch of each of the news; returns those that tell of more. `known` is how far this task has
    read already."""
    lanes: dict[tuple[str, str], list[int]] = {}
    for subscriber, producer, lane in sorted(map(read_news, news)):
        lanes.setdefault((subscriber, producer), []).append(lane)
    again = set()
    for (subscriber, producer), wanted in lanes.items():
        shards = [shard for lane in wanted for shard in pump.shards_of(lane)]
        progress = _pump(subscriber, producer, shards, known.setdefault((subscriber, producer), {}))
        if progress.full:
            broker.send(lane_of_its_own(subscriber, producer, lane) for lane in wanted)
        elif progress.waiting:
            again |= {nudge_pump(subscriber, producer, lane).news for lane in wanted}
    return again


def _pump(
    subscriber: str, producer: str, shards: Sequence[int], known: dict[int, Place] | None = None
) -> Progress:
    try:
        return pump.pump(find_subscriber(subscriber), producer, shards, known)
    except LookupError:
        log.warning("nudge_for_nobody", subscriber=subscriber)  # sent by another version of the code
    except (DatabaseTrouble, FeedUnavailable) as error:
        log.warning("pump_failed", subscriber=subscriber, producer=producer, error=str(error))
    return Progress(0, False)  # the next sweep comes again


def sweep(*modules: str) -> None:
    """Find what no nudge has told: jobs that became due, cursors that lag, held events to retry.

    One task for all modules of a deployable: a second's dozen tasks cost more than what they found. Nobody
    waits for another: what an earlier sweep is still at is left to it, and handlers come last."""
    held_due = {module: _attempt("due", module, _nudge_due_jobs) for module in _held_here(modules)}
    for found in lagging(*(module for module, looked in held_due.items() if looked is not None)):
        broker.send(nudge_pump(*behind) for behind in found)
    for module in filter(held_due.get, held_due):
        _attempt("held", module, held.retry_due)


def tidy(*modules: str) -> None:
    """Move idle cursors to the horizon, make the next partitions, see that what is done again and again has
    its row, let go what is past its retention."""
    for module in _held_here(modules):
        _attempt("tidy", module, _tidy)


def _held_here(modules: Iterable[str]) -> list[str]:
    """Without those that a beat of another version names."""
    return [module for module in modules if module in settings.TIFFIN_MODULES]


def _attempt(what: str, module: str, do: Callable[[str], T]) -> T | None:
    """None where another thread is at it still, or something is wrong with the module."""
    with alone(f"{what} of {module}") as free:
        try:
            return do(module) if free else None
        except DatabaseTrouble as error:
            log.warning("module_left_out", what=what, module=module, error=str(error))
        except Exception:
            log.exception("module_left_out", what=what, module=module)
    return None


def _nudge_due_jobs(module: str) -> bool:
    """Returns whether held events are to be tried again."""
    with connections[module].cursor() as cursor:
        cursor.execute(_WHAT_IS_DUE, {"now": clock.now()})
        jobs_due, held_due = cursor.fetchone()
    if jobs_due:
        broker.send([nudge_jobs(module)])
    return bool(held_due)


def _tidy(module: str) -> None:
    tidying.tidy(module)
    job_runs.ensure_unending(module)
    answers.forget_answers(module)
    StaffAction.objects.using(module).filter(at__lt=clock.now() - STAFF_ACTION_RETENTION).delete()


TASKS: dict[str, Callable[..., None]] = {
    "tiffin.move": move,
    "tiffin.pump": pump_lane,
    "tiffin.run_jobs": run_jobs,
    "tiffin.sweep": sweep,
    "tiffin.tidy": tidy,
}
