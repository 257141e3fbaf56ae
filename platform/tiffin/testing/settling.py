"""Moving everything in this process until nothing moves any more: the log and the jobs without Celery."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from django.conf import settings
from psycopg import sql

from tiffin import clock
from tiffin.jobs import running
from tiffin.log import held, pump
from tiffin.log.pages import Place
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import Subscriber, subscribers
from tiffin.models import HeldEvent, Job
from tiffin.testing import owner

ROUNDS = 200
JOBS_A_ROUND = 50
HORIZON_PAUSE_SECONDS = 0.005

# Mostly there is little to do, and to look for it in every module at once costs less than to try in vain.
_PLACES = """
SELECT producer, shard, epoch, txid, position, coalesce(day, '2000-01-01') AS day FROM {schema}.log_cursor
WHERE stopped_at IS NULL AND subscriber = ANY(%(subscribers)s)
"""
_FURTHEST_BACK = """
SELECT DISTINCT ON (producer, shard) * FROM ({places}) AS place
ORDER BY producer, shard, epoch, txid, position
"""
_LOOK = """
SELECT 'held', {module} WHERE EXISTS (SELECT FROM {schema}.log_held)
UNION ALL
SELECT 'due', {module} WHERE EXISTS (SELECT FROM {schema}.job WHERE due <= %(now)s)
UNION ALL
SELECT 'failed', {module} WHERE EXISTS (SELECT FROM {schema}.job WHERE cause <> '')
UNION ALL
SELECT 'unread', {module} WHERE EXISTS (SELECT FROM place WHERE producer = {module} AND EXISTS (
    SELECT FROM {schema}.log_event AS event
    WHERE event.shard = place.shard AND event.day >= place.day
      AND (event.epoch, event.txid, event.position) > (place.epoch, place.txid, place.position)))
"""
_Found = set[tuple[str, str]]
_Places = defaultdict[tuple[str, str], dict[int, Place]]


class NeverSettles(AssertionError):
    """Events and jobs went on causing each other."""


def settle() -> None:
    """Pump every subscriber and run every due job of every module until all is quiet.

    The same functions that the Celery tasks call, on real rows. Jobs that are due later stay: move the
    clock (`tiffin.clock.shift`) and settle again. What could not be done is printed, for pytest to show
    beside a test that fails. Raises NeverSettles.
    """
    places: _Places = defaultdict(dict)
    for _ in range(ROUNDS):
        found = _look()
        if not _one_round(found, places):
            break
    else:
        raise NeverSettles(f"still moving after {ROUNDS} rounds: {list(unfinished())}")
    for problem in _unfinished(found):
        print(problem)


def unfinished() -> Iterator[str]:
    """Held events and failed jobs, each with its cause."""
    return _unfinished(_look())


def _unfinished(found: _Found) -> Iterator[str]:
    for module in settings.TIFFIN_MODULES:
        if ("held", module) in found:
            for event in HeldEvent.objects.using(module).order_by("position"):
                yield f"{event.subscriber} holds {event.name} of {event.key}: {event.cause}"
        if ("failed", module) in found:
            for job in Job.objects.using(module).exclude(cause=""):
                yield f"{module}.{job.name} of {job.key} is {job.state} until {job.due}: {job.cause}"


def _one_round(found: _Found, places: _Places) -> bool:
    moved = False
    for module in settings.TIFFIN_MODULES:
        for subscriber in subscribers(module):
            for producer in subscriber.producers:
                elsewhere = producer not in settings.TIFFIN_MODULES
                if elsewhere or ("unread", producer) in found:
                    moved |= _pump(subscriber, producer, places[subscriber.name, producer])
        if ("held", module) in found:
            moved |= bool(held.retry_due(module))
        if ("due", module) in found:
            for claimed in running.claim(module, limit=JOBS_A_ROUND):
                running.run(module, claimed)
                moved = True
    return moved


def _pump(subscriber: Subscriber, producer: str, places: dict[int, Place]) -> bool:
    """Whether anything moved, or is about to."""
    progress = pump.pump(subscriber, producer, range(SHARDS), places)
    if progress.waiting:
        time.sleep(HORIZON_PAUSE_SECONDS)
    return progress.waiting or bool(progress.moved)


def _look() -> _Found:
    """Where there are held events, due jobs and failed ones, and what log is not read to its end."""
    pumped = [subscriber.name for subscriber in subscribers() if subscriber.pumped]
    asked = {"now": clock.now(), "subscribers": pumped}
    return set(owner.rows(_looking_in(tuple(settings.TIFFIN_MODULES)), asked))


@cache
def _looking_in(modules: tuple[str, ...]) -> sql.Composed:
    def of_each(text: str) -> sql.Composed:
        return sql.SQL(" UNION ALL ").join(
            sql.SQL(text).format(module=sql.Literal(module), schema=sql.Identifier(module))
            for module in modules
        )

    places = sql.SQL(_FURTHEST_BACK).format(places=of_each(_PLACES))
    return sql.SQL("WITH place AS MATERIALIZED ({}) {}").format(places, of_each(_LOOK))
