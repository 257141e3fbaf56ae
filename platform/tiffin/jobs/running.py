"""Running jobs: claimed in batches under a lease, done only if the lease still holds, retried with backoff."""

from __future__ import annotations

import random
import traceback
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
import structlog
from django.apps import apps
from django.db import connections

from tiffin import clock
from tiffin.context import SERVICE, Context, use
from tiffin.db.transactions import transaction
from tiffin.jobs.registry import LEASE, Later, Work, find, registered

log = structlog.get_logger(__name__)

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
CAUSE_CHARACTERS = 4000

_CLAIM = """
WITH chosen AS (
    SELECT job.id, job.name FROM job
    WHERE state = 'waiting' AND due <= %(now)s AND (lease_until IS NULL OR lease_until <= %(now)s)
      AND {destination}
    ORDER BY due LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE job SET lease = %(lease)s, lease_until = %(now)s + coalesce(work.lease, %(usual)s), attempts = attempts + 1
FROM chosen LEFT JOIN unnest(%(names)s::text[], %(leases)s::interval[]) AS work(name, lease) USING (name)
WHERE job.id = chosen.id
RETURNING job.id, job.key, job.name, job.aggregate, job.payload, job.attempts, job.generation, job.region,
          job.correlation, job.causation
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


def claim(module: str, *, limit: int) -> list[Claimed]:
    """Take up to `limit` due jobs, each for one lease. Somebody else's are never taken, and of those with a
    capped destination only as many as it has room for."""
    works = registered(module)
    caps = {work.destination: work.cap for work in works if work.cap is not None}
    values = {
        "now": clock.now(),
        "lease": uuid4(),
        "usual": LEASE,
        "names": [work.name for work in works],
        "leases": [work.lease for work in works],
        "capped": list(caps),
    }
    with transaction(owner=module):
        claimed = _claim(module, {**values, "limit": limit}, "destination <> ALL(%(capped)s)")
        for destination, cap in caps.items():
            free = cap - _running_for(module, destination)
            if free > 0:
                more = {**values, "limit": min(free, limit), "destination": destination}
                claimed += _claim(module, more, "destination = %(destination)s")
    return claimed


def any_due(module: str) -> bool:
    with connections[module].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM job WHERE state = 'waiting' AND due <= %s"
            " AND (lease_until IS NULL OR lease_until <= %s))",
            [clock.now(), clock.now()],
        )
        return bool(cursor.fetchone()[0])


def run(module: str, claimed: Claimed) -> None:
    """Do one claimed job, and remove it if its lease still holds. Never raises for the job's sake."""
    context = Context(
        actor=SERVICE, region=claimed.region, correlation=claimed.correlation, causation=claimed.causation
    )
    with use(context):
        try:
            work = find(module, claimed.name)
            if work.is_deadline:
                _run_deadline(work, claimed)
            else:
                work.function(claimed.key, **msgspec.json.decode(claimed.payload))
                _finish(module, claimed)
        except Later as later:
            _put_off(module, claimed, clock.now() + later.pause, attempts=claimed.attempts - 1)
        except Exception as error:
            _fail(module, claimed, error)


def retry(module: str, job_id: UUID) -> None:
    """Run a held or waiting job now, with all its attempts before it."""
    _update(module, "state = 'waiting', attempts = 0, due = %s, cause = ''", [clock.now()], job_id)


def forget(module: str, job_id: UUID) -> None:
    """Give a job up for good."""
    with connections[module].cursor() as cursor:
        cursor.execute("DELETE FROM job WHERE id = %s", [job_id])


def _claim(module: str, values: dict[str, Any], destination: str) -> list[Claimed]:
    with connections[module].cursor() as cursor:
        cursor.execute(_CLAIM.format(destination=destination), values)
        return [Claimed(values["lease"], *row[:4], bytes(row[4]), *row[5:]) for row in cursor.fetchall()]


def _running_for(module: str, destination: str) -> int:
    """How many run for a destination. Claimers wait for each other, so that two never take the last place."""
    with connections[module].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"tiffin.jobs:{destination}"])
        cursor.execute(
            "SELECT count(*) FROM job WHERE destination = %s AND lease_until > %s", [destination, clock.now()]
        )
        return int(cursor.fetchone()[0])


def _run_deadline(work: Work, claimed: Claimed) -> None:
    """The aggregate first, then its deadline row: in the order in which use cases lock them."""
    model: Any = apps.get_model(work.module, claimed.aggregate)
    with transaction(owner=work.module):
        aggregate = model.objects.select_for_update(no_key=True).filter(pk=claimed.key).first()
        if not _remove(work.module, claimed):
            return
        if aggregate is not None:
            work.function(claimed.key)


def _finish(module: str, claimed: Claimed) -> None:
    if not _remove(module, claimed):
        # Wished for again meanwhile, or taken by another after our lease ended: only our own lease goes.
        with connections[module].cursor() as cursor:
            cursor.execute(
                "UPDATE job SET lease = NULL, lease_until = NULL WHERE id = %s AND lease = %s",
                [claimed.id, claimed.lease],
            )


def _remove(module: str, claimed: Claimed) -> bool:
    with connections[module].cursor() as cursor:
        cursor.execute(
            "DELETE FROM job WHERE id = %s AND lease = %s AND generation = %s",
            [claimed.id, claimed.lease, claimed.generation],
        )
        return bool(cursor.rowcount)


def _fail(module: str, claimed: Claimed, error: Exception) -> None:
    attempts = _attempts_of(module, claimed)
    cause = "".join(traceback.format_exception(error))[-CAUSE_CHARACTERS:]
    if claimed.attempts >= attempts:
        log.error("job_held", job=f"{module}.{claimed.name}", key=str(claimed.key), error=repr(error))
        _release(module, claimed, "state = 'held', cause = %s", [cause])
        return
    log.warning("job_failed", job=f"{module}.{claimed.name}", key=str(claimed.key), error=repr(error))
    pause = min(FIRST_PAUSE * 2 ** (claimed.attempts - 1), LONGEST_PAUSE)
    _release(module, claimed, "due = %s, cause = %s", [clock.now() + pause * random.uniform(0.75, 1.25), cause])


def _put_off(module: str, claimed: Claimed, due: datetime, *, attempts: int) -> None:
    _release(module, claimed, "due = %s, attempts = %s", [due, attempts])


def _release(module: str, claimed: Claimed, change: str, values: list[object]) -> None:
    """Give the lease back. A wish renewed meanwhile keeps its own due time and attempts."""
    with connections[module].cursor() as cursor:
        cursor.execute(
            f"UPDATE job SET lease = NULL, lease_until = NULL, {change}"
            " WHERE id = %s AND lease = %s AND generation = %s",
            [*values, claimed.id, claimed.lease, claimed.generation],
        )
        cursor.execute(
            "UPDATE job SET lease = NULL, lease_until = NULL WHERE id = %s AND lease = %s",
            [claimed.id, claimed.lease],
        )


def _update(module: str, change: str, values: list[object], job_id: UUID) -> None:
    with connections[module].cursor() as cursor:
        cursor.execute(f"UPDATE job SET {change} WHERE id = %s", [*values, job_id])


def _attempts_of(module: str, claimed: Claimed) -> int:
    try:
        return find(module, claimed.name).attempts
    except LookupError:
        return 1
