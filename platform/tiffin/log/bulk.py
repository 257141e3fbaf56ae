"""Publishing about many aggregates at once, by one statement: for batches of thousands."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from django.db import connections

from tiffin import clock, context
from tiffin.db import rows
from tiffin.db.transactions import require_transaction
from tiffin.log.events import Event
from tiffin.log.nudges import nudge_after_commit
from tiffin.log.publishing import OWN_TXID, Parts, insertions, refuse_foreign, shard_of, told_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model

    from tiffin.db.aggregates import Aggregate

    Told = Sequence[tuple[Aggregate, Sequence[Event]]]

# As `publish`: each position is drawn after the lock of the aggregate that it is about.
_PUBLISH = """
WITH aggregate AS (
    UPDATE {table} AS old
    SET version = old.version + told.count,
        log_txid = greatest({own_txid}, old.log_txid) {changes}
    FROM json_to_recordset(%(told)s::json)
        AS told(id uuid, version int, count int, shard smallint, region text, place int)
    {new}
    WHERE old.id = told.id AND old.version = told.version
    RETURNING old.id, old.version, old.log_txid, told.count, told.shard, told.region, told.place
), events AS ({events})
SELECT id, log_txid FROM aggregate
"""
_BEGIN = """
WITH begun AS ({first} RETURNING id, version, log_txid), aggregate AS (
    SELECT begun.*, told.count, told.shard, told.region, told.place
    FROM begun JOIN json_to_recordset(%(told)s::json)
        AS told(id uuid, count int, shard smallint, region text, place int) USING (id)
), {parts} events AS ({events})
SELECT id, log_txid FROM aggregate
"""
_EVENTS = """
INSERT INTO log_event (position, day, txid, shard, event_id, name, key, seq, occurred_at, region, actor,
                       correlation, causation, payload)
SELECT nextval('log_position'), current_date, sorted.* FROM (
    SELECT aggregate.log_txid, aggregate.shard, event.id, event.name, aggregate.id AS key,
           aggregate.version - aggregate.count + event.ordinal, %(at)s::timestamptz, aggregate.region,
           %(actor)s::text, %(correlation)s::uuid, %(causation)s::uuid, convert_to(event.payload, 'UTF8')
    FROM aggregate
    JOIN json_to_recordset(%(events)s::json) AS event(key uuid, id uuid, name text, payload text, ordinal int)
        ON event.key = aggregate.id
    ORDER BY aggregate.place, event.ordinal
) AS sorted
"""


def publish_all(told: Told, *, saving: tuple[str, ...] = ()) -> None:
    """Tell what happened to aggregates of one kind, each of which this transaction has created or locked; by
    the way save these fields of them.

    Raises TransactionRequired outside a transaction, StaleAggregate when one was changed meanwhile,
    ValueError for another module's event, or where an aggregate is there twice.
    """
    from tiffin.db.aggregates import StaleAggregate

    if not told:
        return
    more = {}
    if saving:
        more["changes"] = rows.changes(*(each for each, _ in told), fields=("id", *saving))
    stamps = _tell(told, _statement(type(told[0][0]), saving), more)
    for aggregate, events in told:
        if aggregate.id not in stamps:
            raise StaleAggregate(f"{aggregate._meta.label} {aggregate.id} was not locked")
        aggregate.version += len(events)
        aggregate.log_txid = stamps[aggregate.id]


def publish_all_new(told: Told, *, parts: Sequence[Sequence[Model]] = ()) -> None:
    """Insert new aggregates of one kind with the rows that belong to them, and tell their first events.
    Raises as `publish_all` does, and IntegrityError for what is there already."""
    if not told:
        return
    added = Parts(parts)
    for aggregate, events in told:
        aggregate.version = len(events)
    first = rows.document([aggregate for aggregate, _ in told])
    stamps = _tell(
        told, _new_statement(type(told[0][0]), added.models), {"first": first, **added.documents()}
    )
    for aggregate, _ in told:
        aggregate.log_txid = stamps[aggregate.id]
    rows.are_stored(aggregate for aggregate, _ in told)
    added.are_stored()


def _tell(told: Told, statement: str, more: dict[str, Any]) -> dict[Any, int]:
    """With which transaction's id each of them was stamped."""
    module = told[0][0]._meta.app_label
    require_transaction(module)
    if len({aggregate.id for aggregate, _ in told}) < len(told):
        raise ValueError("an aggregate is there twice: tell all that happened to it at once")
    for _, events in told:
        refuse_foreign(module, events)
    here = context.current()
    values = {
        **more,
        "told": _aggregates(told),
        "at": clock.now(),
        "actor": str(here.actor),
        "correlation": here.correlation,
        "causation": here.causation,
        "events": _events(told),
    }
    stamps = dict(rows.ask(module, statement, values).fetchall())
    kinds = {event.kind for _, events in told for event in events}
    nudge_after_commit(module, {shard_of(aggregate.id) for aggregate, _ in told}, kinds)
    return stamps


def _aggregates(told: Told) -> str:
    return msgspec.json.encode(
        [
            {
                "id": aggregate.id,
                "version": aggregate.version,
                "count": len(events),
                "shard": shard_of(aggregate.id),
                "region": aggregate.region,
                "place": place,
            }
            for place, (aggregate, events) in enumerate(told)
        ]
    ).decode()


def _events(told: Told) -> str:
    return msgspec.json.encode(
        [
            {"key": aggregate.id, **told_event(event, ordinal)}
            for aggregate, events in told
            for ordinal, event in enumerate(events, start=1)
        ]
    ).decode()


@cache
def _statement(model: type[Aggregate], saving: tuple[str, ...]) -> str:
    table = connections[model._meta.app_label].ops.quote_name(model._meta.db_table)
    changes = f", {rows.assignments(model, saving)}" if saving else ""
    new = f"JOIN {rows.change_of(model, ('id', *saving), '%(changes)s')} USING (id)" if saving else ""
    return _PUBLISH.format(table=table, changes=changes, new=new, own_txid=OWN_TXID, events=_EVENTS)


@cache
def _new_statement(model: type[Aggregate], parts: tuple[type[Model], ...]) -> str:
    first = rows.insertion(model, "first", (), (("log_txid", OWN_TXID),))
    return _BEGIN.format(first=first, parts=insertions(parts), events=_EVENTS)
