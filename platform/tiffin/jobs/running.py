"""Running jobs: claimed in batches under a lease, done only if the lease holds, retried with backoff."""

from __future__ import annotations

import random
import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import structlog
from django.apps import apps
from django.db import connections
from django.db.models import QuerySet

from tiffin import clock
from tiffin.context import SERVICE, Context, use
from tiffin.db.transactions import transaction
from tiffin.ids import new_id
from tiffin.jobs.registry import LEASE, Later, Work, find, registered
from tiffin.models import Job, JobState

log = structlog.get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
MOST_DOUBLINGS = 10
UNKNOWN_PAUSE = timedelta(minutes=1)
CAUSE_CHARACTERS = 4000
# Jobs of one claim are done one after the other. Those that ask the world wait for it, each for its answer.
AT_ONCE = 8
AT_ONCE_OUTSIDE = 3
_jitter = random.SystemRandom()

_CLAIM = """
WITH {chosen}, taken AS ({taken})
UPDATE job
SET lease = %(lease)s, lease_until = %(now)s + coalesce(work.lease, %(usual)s), attempts = attempts + 1
FROM taken LEFT JOIN unnest(%(names)s::text[], %(leases)s::interval[]) AS work(name, lease) USING (name)
WHERE job.id = taken.id
RETURNING job.id, job.key, job.name, job.aggregate, job.payload, job.attempts, job.generation, job.region,
          job.correlation, job.causation
"""
_CHOSEN = """
{name} AS (
    SELECT job.id, job.name, job.due FROM job
    WHERE state = 'waiting' AND due <= %(now)s AND (lease_until IS NULL OR lease_until <= %(now)s)
      AND {destination}
    ORDER BY due LIMIT {limit}
    FOR UPDATE SKIP LOCKED
)"""
# What was locked and is not taken is free again at the commit.
_TAKEN = "SELECT * FROM ({found}) AS found ORDER BY due LIMIT %(limit)s"
# What room a capped destination has left.
_FREE = """greatest(0, least(%(limit)s, %(cap{number})s - (
    SELECT count(*) FROM job AS running
    WHERE running.destination = %(destination{number})s AND running.lease_until > %(now)s)))"""
_REMOVE = """
DELETE FROM job USING unnest(%s::uuid[], %s::uuid[], %s::int[]) AS done(id, lease, generation)
WHERE job.id = done.id AND job.lease = done.lease AND job.generation = done.generation
RETURNING job.id
"""


class Claimed(NamedTuple):
    """A job under a lease of ours."""

    lease: UUID
    id: UUID
    key: UUID
    name: str
    aggregate: str
    payload: bytes
    attempts: int
    generation: int
    region: str | None
    correlation: UUID
    causation: UUID | None


def at_once(module: str) -> int:
    """How many jobs of a module are best claimed at once: one where something done again and again takes
    long, so that what else is due is done beside it and no lease runs out behind it."""
    works = registered(module)
    if any(work.pause is not None and work.lease > LEASE for work in works):
        return 1
    asks_the_world = any(work.cap is not None for work in works)
    return AT_ONCE_OUTSIDE if asks_the_world else AT_ONCE


def claim(module: str, *, limit: int) -> list[Claimed]:
    """Take up to `limit` due jobs, each for one lease. Somebody else's are never taken, and of those with a
    capped destination only as many as it has room for."""
    works = registered(module)
    caps = {work.destination: work.cap for work in works if work.cap is not None}
    values: dict[str, Any] = {
        "now": clock.now(),
        "lease": uuid4(),
        "usual": LEASE,
        "names": [work.name for work in works if work.lease != LEASE],
        "leases": [work.lease for work in works if work.lease != LEASE],
        "limit": limit,
        "capped": list(caps),
    }
    for number, (destination, cap) in enumerate(sorted(caps.items())):
        values |= {f"destination{number}": destination, f"cap{number}": cap}
    if not caps:
        return _claim(module, values)
    with transaction(owner=module):
        _wait_for_claimers(module, sorted(caps))  # this statement first: what it waits for is seen then
        return _claim(module, values)


def ensure_unending(module: str) -> None:
    """Each thing that is done again and again has its one row, which nobody holds for ever. Safe to repeat
    and beside itself."""
    rows = [
        Job(id=new_id(), key=work.key, slot=work.name, name=work.name, due=clock.now(), correlation=new_id())
        for work in registered(module)
        if work.pause is not None
    ]
    jobs = Job.objects.using(module)
    jobs.bulk_create(rows, ignore_conflicts=True)
    held = jobs.filter(key__in=[row.key for row in rows], state=JobState.HELD)
    held.update(state=JobState.WAITING, attempts=0, due=clock.now(), cause="")


def run(module: str, *claimed: Claimed) -> None:
    """Do claimed jobs one after the other, then remove those whose lease still holds: a crash in between
    repeats what is harmless to repeat. What may take longer than the usual lease comes last, so that nobody
    else's ends behind it. Never raises for a job's sake."""
    long = {work.name for work in registered(module) if work.lease > LEASE}
    _run(module, [each for each in claimed if each.name not in long])
    for each in claimed:
        if each.name in long:
            _run(module, [each])


def _run(module: str, claimed: Sequence[Claimed]) -> None:
    done = [each for each in claimed if _do(module, each)]
    if not done:
        return
    removed = _remove(module, done)
    for each in done:
        if each.id not in removed:
            # Wished for again meanwhile, or taken by another after our lease ended.
            _give_lease_back(module, each)


def _do(module: str, claimed: Claimed) -> bool:
    """Whether it was done and is to be removed."""
    try:
        work = find(module, claimed.name)
    except LookupError as unknown:
        # Another version's, of which a worker comes before or after this one: not its fault.
        log.warning("job_unknown", job=f"{module}.{claimed.name}", key=str(claimed.key))
        _put_off(module, claimed, clock.now() + UNKNOWN_PAUSE, cause=str(unknown))
        return False
    context = Context(
        actor=SERVICE, region=claimed.region, correlation=claimed.correlation, causation=claimed.causation
    )
    with use(context):
        try:
            if work.is_deadline:
                _run_deadline(work, claimed)
                return False
            if work.pause is not None:
                work.function()
                _release(module, claimed, due=clock.now() + work.pause, attempts=0, cause="")
                return False
            work.function(claimed.key, **msgspec.json.decode(claimed.payload))
            return True
        except Later as later:
            _put_off(module, claimed, clock.now() + later.pause)
        except Exception as error:
            _fail(work, claimed, error)
    return False


def retry(module: str, job_id: UUID) -> None:
    """Run a held or waiting job now, with all its attempts before it."""
    Job.objects.using(module).filter(pk=job_id).update(
        state=JobState.WAITING, attempts=0, due=clock.now(), cause=""
    )


def forget(module: str, job_id: UUID) -> None:
    """Give a job up for good."""
    Job.objects.using(module).filter(pk=job_id).delete()


def _claim(module: str, values: dict[str, Any]) -> list[Claimed]:
    with connections[module].cursor() as cursor:
        cursor.execute(_claim_statement(len(values["capped"])), values)
        return [
            Claimed._make((values["lease"], *row[:4], bytes(row[4]), *row[5:])) for row in cursor.fetchall()
        ]


@cache
def _claim_statement(capped: int) -> str:
    """What has no cap, and of each capped destination what it has room for."""
    chosen = [_CHOSEN.format(name="free", destination="destination <> ALL(%(capped)s)", limit="%(limit)s")]
    for number in range(capped):
        destination, limit = f"destination = %(destination{number})s", _FREE.format(number=number)
        chosen.append(_CHOSEN.format(name=f"capped{number}", destination=destination, limit=limit))
    names = ["free", *(f"capped{number}" for number in range(capped))]
    found = " UNION ALL ".join(map("SELECT * FROM {}".format, names))
    return _CLAIM.format(chosen=",".join(chosen), taken=_TAKEN.format(found=found))


def _wait_for_claimers(module: str, destinations: Sequence[str]) -> None:
    """Claimers for a capped destination go one after the other, so that two never take the last place."""
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext(name)) FROM unnest(%s::text[]) AS name",
            [[f"tiffin.jobs:{module}:{destination}" for destination in destinations]],
        )


def _run_deadline(work: Work, claimed: Claimed) -> None:
    """The aggregate first, then its deadline row: in the order in which use cases lock them."""
    model: Any = apps.get_model(work.module, claimed.aggregate)
    with transaction(owner=work.module):
        aggregate = model.objects.select_for_update(no_key=True).filter(pk=claimed.key).first()
        if not _remove(work.module, [claimed]):
            # The aggregate has moved on meanwhile, and has another deadline or none.
            _give_lease_back(work.module, claimed)
        elif aggregate is not None:
            work.function(claimed.key)


def _remove(module: str, done: Sequence[Claimed]) -> set[UUID]:
    """Remove jobs whose lease still holds and that nobody has wished for again; returns their ids."""
    with connections[module].cursor() as cursor:
        cursor.execute(
            _REMOVE,
            [[each.id for each in done], [each.lease for each in done], [each.generation for each in done]],
        )
        return {id for (id,) in cursor.fetchall()}


def _fail(work: Work, claimed: Claimed, error: Exception) -> None:
    module = work.module
    what = {"job": f"{module}.{claimed.name}", "key": str(claimed.key), "error": repr(error)}
    cause = "".join(traceback.format_exception(error))[-CAUSE_CHARACTERS:]
    if claimed.attempts >= work.attempts:
        log.error("job_held", **what)
        _release(module, claimed, state=JobState.HELD, cause=cause)
        return
    log.warning("job_failed", **what)
    pause = min(FIRST_PAUSE * 2 ** min(claimed.attempts - 1, MOST_DOUBLINGS), LONGEST_PAUSE)
    spread = (
        0.75 + _jitter.random() / 2
    )  # a quarter to either side: what failed together does not come together
    _release(module, claimed, due=clock.now() + pause * spread, cause=cause)


def _put_off(module: str, claimed: Claimed, due: datetime, **change: object) -> None:
    _release(module, claimed, due=due, attempts=claimed.attempts - 1, **change)


def _release(module: str, claimed: Claimed, **change: object) -> None:
    """Give the lease back with a change; a wish renewed meanwhile keeps its own due time and attempts."""
    if not _still_ours(module, claimed).update(lease=None, lease_until=None, **change):
        _give_lease_back(module, claimed)


def _give_lease_back(module: str, claimed: Claimed) -> None:
    ours = Job.objects.using(module).filter(pk=claimed.id, lease=claimed.lease)
    ours.update(lease=None, lease_until=None)


def _still_ours(module: str, claimed: Claimed) -> QuerySet[Job]:
    return Job.objects.using(module).filter(pk=claimed.id, lease=claimed.lease, generation=claimed.generation)
