"""Adding jobs and deadlines, in the transaction of what asks for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connections

from tiffin import clock, context, ids
from tiffin.db.transactions import require_transaction
from tiffin.jobs.registry import Work, find
from tiffin.moving.nudges import nudge_jobs, send_after_commit

if TYPE_CHECKING:
    from tiffin.db.aggregates import Aggregate

DEADLINE_SLOT = "deadline"

# A wish that replaces one under way leaves its lease in place: it is not run beside it, but after it.
_ADD = """
INSERT INTO job (id, key, slot, name, aggregate, payload, due, state, attempts, generation, destination,
                 cause, region, correlation, causation, created_at)
VALUES (%(id)s, %(key)s, %(slot)s, %(name)s, %(aggregate)s, %(payload)s, %(due)s, 'waiting', 0, 1,
        %(destination)s, '', %(region)s, %(correlation)s, %(causation)s, %(now)s)
ON CONFLICT (key, slot) DO UPDATE
SET name = excluded.name, payload = excluded.payload, due = excluded.due, state = 'waiting', attempts = 0,
    generation = job.generation + 1, destination = excluded.destination, cause = '',
    region = excluded.region, correlation = excluded.correlation, causation = excluded.causation
"""


def add(aggregate: Aggregate, name: str, *, due: datetime, **payload: Any) -> None:
    """Have the job `name` done for `aggregate` at `due`. Adding it again replaces the former wish.

    Raises LookupError for an unknown name, TransactionRequired outside the module's transaction.
    """
    work = find(aggregate._meta.app_label, name)
    _put(aggregate, work, slot=name, due=due, payload=payload)


def drop(aggregate: Aggregate, name: str) -> None:
    """Forget the job `name` of `aggregate`, if it is still to be done."""
    _delete(aggregate, slot=name)


def set_deadline(aggregate: Aggregate, name: str, *, due: datetime) -> None:
    """`aggregate` has until `due` to move on; then the deadline `name` happens. Replaces the former one.

    Raises LookupError for an unknown name, TransactionRequired outside the module's transaction.
    """
    work = find(aggregate._meta.app_label, name)
    if not work.is_deadline:
        raise LookupError(f"{work.module}.{name} is a job, not a deadline")
    _put(aggregate, work, slot=DEADLINE_SLOT, due=due, payload={})


def clear_deadline(aggregate: Aggregate) -> None:
    """`aggregate` has come to its end: nothing is waited for."""
    _delete(aggregate, slot=DEADLINE_SLOT)


def _put(aggregate: Aggregate, work: Work, *, slot: str, due: datetime, payload: dict[str, Any]) -> None:
    require_transaction(work.module)
    here = context.current()
    now = clock.now()
    with connections[work.module].cursor() as cursor:
        cursor.execute(
            _ADD,
            {
                "id": ids.new_id(),
                "key": aggregate.id,
                "slot": slot,
                "name": work.name,
                "aggregate": aggregate._meta.model_name,
                "payload": msgspec.json.encode(payload),
                "due": due,
                "destination": work.destination,
                "region": aggregate.region,
                "correlation": here.correlation,
                "causation": here.causation,
                "now": now,
            },
        )
    if due <= now:
        send_after_commit([nudge_jobs(work.module)], owner=work.module)


def _delete(aggregate: Aggregate, *, slot: str) -> None:
    module = aggregate._meta.app_label
    require_transaction(module)
    with connections[module].cursor() as cursor:
        cursor.execute("DELETE FROM job WHERE key = %s AND slot = %s", [aggregate.id, slot])
