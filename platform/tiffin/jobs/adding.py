"""Adding jobs and deadlines, in the transaction of what asks for them: all of its wishes right before it
commits, by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from tiffin import clock, context, ids
from tiffin.db import rows
from tiffin.db.transactions import before_commit, require_transaction
from tiffin.jobs.registry import Work, find
from tiffin.moving.nudges import nudge_jobs, send_after_commit

if TYPE_CHECKING:
    from tiffin.db.aggregates import Aggregate

DEADLINE_SLOT = "deadline"

_PUT_OFF = "jobs"
_DROP = """
DELETE FROM job USING json_to_recordset(%(given_up)s::json) AS given_up(key uuid, slot text)
WHERE job.key = given_up.key AND job.slot = given_up.slot
"""
# A wish that replaces one under way leaves its lease in place: it is not run beside it, but after it.
_ADD = """
INSERT INTO job (id, key, slot, name, aggregate, payload, due, destination, region, correlation, causation,
                 created_at, state, attempts, generation, cause)
SELECT id, key, slot, name, aggregate, convert_to(payload, 'UTF8'), due, destination, region, correlation,
       causation, created_at, 'waiting', 0, 1, ''
FROM json_to_recordset(%(wanted)s::json) AS wish(
    id uuid, key uuid, slot text, name text, aggregate text, payload text, due timestamptz, destination text,
    region text, correlation uuid, causation uuid, created_at timestamptz)
ON CONFLICT (key, slot) DO UPDATE
SET name = excluded.name, payload = excluded.payload, due = excluded.due, state = 'waiting', attempts = 0,
    generation = job.generation + 1, destination = excluded.destination, cause = '',
    region = excluded.region, correlation = excluded.correlation, causation = excluded.causation
"""
# No row is given up and wanted at once: the two have different places.
_DROP_AND_ADD = f"WITH dropped AS ({_DROP}) {_ADD}"


class _Wishes:
    """The wishes of one transaction by key and slot, None for what is given up: written together, and in one
    order everywhere, so that transactions with wishes for the same aggregates do not wait for each other in a
    circle."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.rows: dict[tuple[UUID, str], dict[str, Any] | None] = {}

    def __call__(self) -> None:
        places = sorted(self.rows)
        given_up = [{"key": key, "slot": slot} for key, slot in places if self.rows[key, slot] is None]
        wanted = [row for row in map(self.rows.__getitem__, places) if row is not None]
        documents = {"given_up": _document(given_up), "wanted": _document(wanted)}
        statement = _DROP_AND_ADD
        if not given_up:
            statement = _ADD
        elif not wanted:
            statement = _DROP
        rows.ask(self.module, statement, documents)


def _document(rows: Sequence[dict[str, Any]]) -> str:
    return msgspec.json.encode(rows).decode()


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
    row = {
        "id": ids.new_id(),
        "key": aggregate.id,
        "slot": slot,
        "name": work.name,
        "aggregate": aggregate._meta.model_name,
        "payload": msgspec.json.encode(payload).decode(),
        "due": due,
        "destination": work.destination,
        "region": aggregate.region,
        "correlation": here.correlation,
        "causation": here.causation,
        "created_at": now,
    }
    _wish(work.module, (aggregate.id, slot), row)
    if due <= now:
        send_after_commit([nudge_jobs(work.module)], owner=work.module)


def _delete(aggregate: Aggregate, *, slot: str) -> None:
    module = aggregate._meta.app_label
    require_transaction(module)
    _wish(module, (aggregate.id, slot), None)


def _wish(module: str, place: tuple[UUID, str], row: dict[str, Any] | None) -> None:
    put_off = before_commit(_PUT_OFF, partial(_Wishes, module), owner=module)
    wishes = _Wishes(module) if put_off is None else put_off
    wishes.rows[place] = row
    if put_off is None:
        wishes()
