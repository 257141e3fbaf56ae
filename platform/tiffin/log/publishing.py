"""Publishing: one row a event in the module's own log, in the transaction of what it tells about."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec
from django.db import connections

from tiffin import clock, context, ids
from tiffin.db import rows
from tiffin.db.transactions import require_transaction
from tiffin.log.events import Event
from tiffin.log.nudges import nudge_after_commit

if TYPE_CHECKING:
    from uuid import UUID

    from tiffin.db.aggregates import Aggregate

SHARDS = 16

# The position and the transaction id are drawn after the aggregate's lock: a transaction that took its id
# early and then waited for the lock is stamped with that of the one it waited for, or later, and so is read
# after it.
_PUBLISH = """
WITH aggregate AS (
    UPDATE {table}
    SET version = version + %(count)s, log_txid = greatest(pg_current_xact_id()::text::bigint, log_txid)
        {changes}
    WHERE id = %(key)s AND version = %(version)s
    RETURNING version, log_txid
)
INSERT INTO log_event (position, day, txid, shard, event_id, name, key, seq, occurred_at, region, actor,
                       correlation, causation, payload)
SELECT nextval('log_position'), current_date, aggregate.log_txid, %(shard)s, event.id, event.name, %(key)s,
       aggregate.version - %(count)s + event.ordinal, %(at)s, %(region)s, %(actor)s, %(correlation)s,
       %(causation)s, event.payload
FROM aggregate, unnest(%(ids)s::uuid[], %(names)s::text[], %(payloads)s::bytea[])
     WITH ORDINALITY AS event(id, name, payload, ordinal)
ORDER BY event.ordinal
RETURNING txid
"""


def publish(aggregate: Aggregate, *events: Event, saving: tuple[str, ...] = ()) -> None:
    """Tell what happened to `aggregate`, which this transaction has created or locked; by the way save these
    fields of it.

    Raises TransactionRequired outside a transaction, StaleAggregate when the row was changed meanwhile,
    ValueError for another module's event.
    """
    from tiffin.db.aggregates import StaleAggregate

    module = aggregate._meta.app_label
    require_transaction(module)
    _refuse_foreign(module, events)
    here = context.current()
    shard = shard_of(aggregate.id)
    with connections[module].cursor() as cursor:
        cursor.execute(
            _statement(type(aggregate), saving),
            {
                **rows.changes(aggregate, saving),
                "count": len(events),
                "key": aggregate.id,
                "version": aggregate.version,
                "shard": shard,
                "at": clock.now(),
                "region": aggregate.region,
                "actor": str(here.actor),
                "correlation": here.correlation,
                "causation": here.causation,
                "ids": [ids.new_id() for _ in events],
                "names": [event.wire for event in events],
                "payloads": [msgspec.json.encode(event) for event in events],
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise StaleAggregate(f"{module}.{aggregate._meta.model_name} {aggregate.id} was not locked")
    aggregate.version += len(events)
    aggregate.log_txid = row[0]
    nudge_after_commit(module, {shard}, {event.kind for event in events})


def _refuse_foreign(module: str, events: tuple[Event, ...]) -> None:
    for event in events:
        if event.producer != module:
            raise ValueError(f"{event.wire} is not for {module} to publish")


@cache
def _statement(model: type[Aggregate], saving: tuple[str, ...]) -> str:
    table = connections[model._meta.app_label].ops.quote_name(model._meta.db_table)
    return _PUBLISH.format(table=table, changes=f", {rows.assignments(model, saving)}" if saving else "")


def shard_of(key: UUID) -> int:
    """The shard of an aggregate's events: those of one key are always read in one order."""
    return crc32(key.bytes) % SHARDS
