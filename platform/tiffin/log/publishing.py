"""Publishing: one row a event in the module's own log, in the transaction of what it tells about."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import msgspec
from django.db import connections

from tiffin import clock, context, ids
from tiffin.db import rows
from tiffin.db.transactions import require_transaction
from tiffin.log.events import Event
from tiffin.log.nudges import nudge_after_commit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import Model

    from tiffin.db.aggregates import Aggregate

SHARDS = 16

# The position and the transaction id are drawn after the aggregate's lock: a transaction that took its id
# early and then waited for the lock is stamped with that of the one it waited for, or later, and so is read
# after it.
_PUBLISH = """
WITH aggregate AS (
    UPDATE {table} AS old
    SET version = old.version + %(count)s, log_txid = greatest({own_txid}, old.log_txid) {changes}
    {new} WHERE old.id = %(key)s AND old.version = %(version)s
    RETURNING old.version, old.log_txid
), {parts} events AS ({events})
SELECT log_txid FROM aggregate
"""
# As publishing, for an aggregate that comes to be with its first events: nobody else can hold its lock.
_BEGIN = """
WITH aggregate AS ({first} RETURNING version, log_txid), {parts} events AS ({events})
SELECT log_txid FROM aggregate
"""
_EVENTS = """
INSERT INTO log_event (position, day, txid, shard, event_id, name, key, seq, occurred_at, region, actor,
                       correlation, causation, payload)
SELECT nextval('log_position'), current_date, aggregate.log_txid, %(shard)s, event.id, event.name, %(key)s,
       aggregate.version - %(count)s + event.ordinal, %(at)s, %(region)s, %(actor)s, %(correlation)s,
       %(causation)s, convert_to(event.payload, 'UTF8')
FROM aggregate, json_to_recordset(%(events)s::json) AS event(id uuid, name text, payload text, ordinal int)
ORDER BY event.ordinal
"""
OWN_TXID = "pg_current_xact_id()::text::bigint"


def publish(
    aggregate: Aggregate,
    *events: Event,
    saving: tuple[str, ...] = (),
    parts: Sequence[Sequence[Model]] = (),
) -> None:
    """Tell what happened to `aggregate`, which this transaction has created or locked; by the way save these
    fields of it and insert new rows that belong to it.

    Raises TransactionRequired outside a transaction, StaleAggregate when the row was changed meanwhile,
    ValueError for another module's event.
    """
    from tiffin.db.aggregates import StaleAggregate

    added = Parts(parts)
    more = {**added.documents(), "version": aggregate.version}
    if saving:
        more["changes"] = rows.changes(aggregate, fields=saving)
    if not _tell(aggregate, events, _statement(type(aggregate), saving, added.models), more):
        raise StaleAggregate(f"{aggregate._meta.label} {aggregate.id} was not locked")
    added.are_stored()
    aggregate.version += len(events)


def publish_new(
    aggregate: Aggregate,
    *events: Event,
    parts: Sequence[Sequence[Model]] = (),
    unless_taken: tuple[str, ...] = (),
) -> bool:
    """Insert a new aggregate with the rows that belong to it, and tell its first events, by one statement.

    False when the values of its unique fields `unless_taken` are there already, or come to be by another's
    commit: the transaction must be undone then. Raises as `publish` does.
    """
    added = Parts(parts)
    statement = _new_statement(type(aggregate), added.models, unless_taken)
    aggregate.version = len(events)
    if not _tell(aggregate, events, statement, {"first": rows.document([aggregate]), **added.documents()}):
        return False
    rows.are_stored([aggregate])
    added.are_stored()
    return True


class Parts:
    """New rows that belong to an aggregate, a group for each of their models."""

    def __init__(self, groups: Sequence[Sequence[Model]]) -> None:
        self.groups = [group for group in groups if group]
        self.models = tuple(type(group[0]) for group in self.groups)

    def documents(self) -> dict[str, str]:
        return {f"part{number}": rows.document(group) for number, group in enumerate(self.groups)}

    def are_stored(self) -> None:
        rows.are_stored(row for group in self.groups for row in group)


def _tell(aggregate: Aggregate, events: tuple[Event, ...], statement: str, more: dict[str, Any]) -> bool:
    module = aggregate._meta.app_label
    require_transaction(module)
    refuse_foreign(module, events)
    here = context.current()
    shard = shard_of(aggregate.id)
    values = {
        **more,
        "count": len(events),
        "key": aggregate.id,
        "shard": shard,
        "at": clock.now(),
        "region": aggregate.region,
        "actor": str(here.actor),
        "correlation": here.correlation,
        "causation": here.causation,
        "events": _document(events),
    }
    row = rows.ask(module, statement, values).fetchone()
    if row is None:
        return False
    aggregate.log_txid = row[0]
    nudge_after_commit(module, {shard}, {event.kind for event in events})
    return True


def _document(events: tuple[Event, ...]) -> str:
    """One JSON parameter: dumping an array for each column costs several times more."""
    return msgspec.json.encode(
        [told_event(event, ordinal) for ordinal, event in enumerate(events, start=1)]
    ).decode()


def told_event(event: Event, ordinal: int) -> dict[str, Any]:
    """An event as the statements read it; `ordinal` counts those of its aggregate from 1 on."""
    return {
        "id": ids.new_id(),
        "name": event.wire,
        "payload": msgspec.json.encode(event).decode(),
        "ordinal": ordinal,
    }


def refuse_foreign(module: str, events: Sequence[Event]) -> None:
    for event in events:
        if event.producer != module:
            raise ValueError(f"{event.wire} is not for {module} to publish")


@cache
def _statement(model: type[Aggregate], saving: tuple[str, ...], parts: tuple[type[Model], ...]) -> str:
    table = connections[model._meta.app_label].ops.quote_name(model._meta.db_table)
    changes = f", {rows.assignments(model, saving)}" if saving else ""
    new = f"FROM {rows.change_of(model, saving, '%(changes)s')}" if saving else ""
    return _PUBLISH.format(
        table=table,
        own_txid=OWN_TXID,
        changes=changes,
        new=new,
        parts=insertions(parts),
        events=_EVENTS,
    )


@cache
def _new_statement(
    model: type[Aggregate], parts: tuple[type[Model], ...], unless_taken: tuple[str, ...]
) -> str:
    first = rows.insertion(model, "first", unless_taken, (("log_txid", OWN_TXID),))
    return _BEGIN.format(first=first, parts=insertions(parts), events=_EVENTS)


def insertions(parts: tuple[type[Model], ...]) -> str:
    return "".join(
        f"part{number} AS ({rows.insertion(part, f'part{number}')}), " for number, part in enumerate(parts)
    )


def shard_of(key: UUID) -> int:
    """The shard of an aggregate's events: those of one key are always read in one order."""
    return crc32(key.bytes) % SHARDS
