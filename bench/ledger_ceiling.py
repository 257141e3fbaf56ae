"""What the database could do at best with the ledger's rows: those of real batches, written again into tables
with the same indexes by one raw statement for each batch, whose values its client has made beforehand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from bench.ground import Ground
from modules.rewards.interface import Flow
from modules.rewards.states import FLOWS, IN_LOTS, AccountKind

SCHEMA = "ceiling"
TABLES = ("rewards_account", "rewards_entry", "rewards_lot", "rewards_hold")
PLENTY = 10**12  # so that the same rows can be written again and again
# Ids tell milliseconds. Those of copies are of a later century, each copy's of another hour: so they come
# after all that is there, as new ones always do.
COPIES_BEGIN = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000

_ENTRY_COLUMNS = {
    "id": "uuid",
    "flow": "text",
    "debit": "bigint",
    "credit": "bigint",
    "amount": "bigint",
    "unit": "text",
    "region": "text",
    "customer_id": "uuid",
    "party_id": "uuid",
    "lot_id": "uuid",
    "hold_id": "uuid",
    "order_id": "uuid",
    "lots": "text",
    "parts": "text",
    "expires_at": "timestamptz",
    "reason": "text",
    "after": "bigint",
    "at": "timestamptz",
}
_LISTS = {"lots": "lots::uuid[]", "parts": "parts::bigint[]"}
_NAMES = ", ".join(_ENTRY_COLUMNS)
_VALUES = ", ".join(_LISTS.get(name, name) for name in _ENTRY_COLUMNS)
_ARRAYS = ", ".join(f"%({name})s::{kind}[]" for name, kind in _ENTRY_COLUMNS.items())
STATEMENT = f"""
WITH batch AS MATERIALIZED (
    SELECT {_VALUES} FROM unnest({_ARRAYS}) AS batch({_NAMES})
), moved AS (
    SELECT leg.account, sum(leg.amount)::bigint AS amount
    FROM (SELECT debit, -amount FROM batch UNION ALL SELECT credit, amount FROM batch) AS leg(account, amount)
    GROUP BY leg.account
), locked AS MATERIALIZED (
    SELECT id FROM rewards_account WHERE id IN (SELECT account FROM moved) ORDER BY id FOR NO KEY UPDATE
), balanced AS (
    UPDATE rewards_account AS account SET balance = balance + moved.amount
    FROM moved JOIN locked ON locked.id = moved.account WHERE account.id = locked.id
), entered AS (
    INSERT INTO rewards_entry ({_NAMES}) SELECT {_NAMES} FROM batch
), opened AS (
    INSERT INTO rewards_lot (id, customer_id, region, order_id, points, pending, available, held, opened_at,
                             expires_at, reason)
    SELECT id, customer_id, region, order_id, amount, CASE flow WHEN 'earn' THEN amount ELSE 0 END,
           CASE flow WHEN 'earn' THEN 0 ELSE amount END, 0, at, expires_at, reason
    FROM batch WHERE expires_at IS NOT NULL AND flow <> 'hold'
), taken AS (
    UPDATE rewards_lot AS lot
    SET pending = lot.pending + change.pending, available = lot.available + change.available,
        held = lot.held + change.held
    FROM unnest(%(lot)s::uuid[], %(pending)s::bigint[], %(available)s::bigint[], %(held)s::bigint[])
        AS change(id, pending, available, held)
    WHERE lot.id = change.id
), promised AS (
    INSERT INTO rewards_hold (id, region, version, log_txid, created_at, customer_id, order_id, points, lots,
                              parts, posted, restored, state, lapses_at)
    SELECT id, region, 0, 0, at, customer_id, order_id, amount, lots, parts, 0, 0, 'held', expires_at
    FROM batch WHERE flow = 'hold'
), ended AS (
    UPDATE rewards_hold AS hold SET posted = amount, state = 'posted', ended_at = batch.at
    FROM batch WHERE batch.flow = 'post' AND hold.id = batch.hold_id
)
SELECT count(*) FROM locked
"""
_READ = f"SELECT {_NAMES} FROM rewards_entry WHERE number > %s ORDER BY number"

Row = dict[str, Any]


class Rows(NamedTuple):
    """Batches that one client posted after each other, as their entries' columns. `fresh` are the ids that
    every copy has anew; the first of them was made at `began`, in milliseconds."""

    batches: list[list[Row]]
    fresh: frozenset[UUID]
    began: int

    @classmethod
    def of(cls, batches: list[list[Row]]) -> Rows:
        rows = [row for batch in batches for row in batch]
        orders = {row["order_id"] for row in rows if row["order_id"] and not row["hold_id"]}
        fresh = frozenset(orders.union(row["id"] for row in rows))
        return cls(batches, fresh, min(id.int for id in fresh) >> 80)

    def id_in(self, copy: int, id: UUID) -> UUID:
        """What is fresh is as much later as the copy is; copies of other rows have the same times."""
        if id not in self.fresh:
            return id
        return UUID(int=id.int + ((COPIES_BEGIN + copy * HOUR - self.began) << 80))


def stand_beside(ground: Ground) -> None:
    """Tables with the ledger's accounts, lots and holds as they are now, and no triggers. All have plenty
    there, and lots are as full as can be."""
    with ground.connect("rewards") as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        for table in TABLES:
            connection.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE rewards.{table} INCLUDING ALL)")
        connection.execute(f"ALTER TABLE {SCHEMA}.rewards_account SET (fillfactor = 70)")
        connection.execute(f"ALTER TABLE {SCHEMA}.rewards_lot SET (fillfactor = 80)")
        connection.execute(
            f"INSERT INTO {SCHEMA}.rewards_account (id, kind, owner, region, unit, stripe, balance, floor)"
            f" SELECT id, kind, owner, region, unit, stripe, balance, floor - {PLENTY}"
            " FROM rewards.rewards_account"
        )
        connection.execute(
            f"INSERT INTO {SCHEMA}.rewards_lot (id, customer_id, region, order_id, points, pending,"
            " available, held, opened_at, expires_at, reason)"
            f" SELECT id, customer_id, region, order_id, 9 * {PLENTY}, pending + {PLENTY},"
            f" available + {PLENTY}, held + {PLENTY}, opened_at, expires_at, reason FROM rewards.rewards_lot"
        )
        connection.execute(f"INSERT INTO {SCHEMA}.rewards_hold SELECT * FROM rewards.rewards_hold")
        for table in TABLES:
            connection.execute(f"VACUUM (FREEZE, ANALYZE) {SCHEMA}.{table}")
        connection.execute("CHECKPOINT")


def read_rows(ground: Ground, first: int, shares: int) -> list[Rows]:
    """What was entered after number `first`, in so many equal shares of the batches in which it was: each has
    a moment of its own."""
    batches: defaultdict[datetime, list[Row]] = defaultdict(list)
    with ground.connect("rewards") as connection:
        for row in connection.execute(_READ.encode(), [first]):
            entry = dict(zip(_ENTRY_COLUMNS, row, strict=True))
            batches[entry["at"]].append(entry)
    kept, each = list(batches.values()), len(batches) // shares
    return [Rows.of(kept[number * each : (number + 1) * each]) for number in range(shares)]


class Prepared(NamedTuple):
    """A batch: the parameters of STATEMENT as PostgreSQL's own array literals."""

    transfers: int
    parameters: dict[str, str]


def prepared(rows: Rows, copy: int) -> list[Prepared]:
    """The batches of a copy, whose ids no other copy has."""
    return [Prepared(len(batch), _parameters(batch, partial(rows.id_in, copy))) for batch in rows.batches]


def _parameters(batch: list[Row], id_of: Callable[[UUID], UUID]) -> dict[str, str]:
    own = [
        row
        | {
            **{name: row[name] and id_of(row[name]) for name in ("id", "lot_id", "hold_id", "order_id")},
            "lots": _quoted(map(id_of, row["lots"])),
            "parts": _quoted(row["parts"]),
        }
        for row in batch
    ]
    found = {name: _literal(row[name] for row in own) for name in _ENTRY_COLUMNS}
    changes: defaultdict[UUID, dict[AccountKind, int]] = defaultdict(lambda: dict.fromkeys(IN_LOTS, 0))
    for row in batch:
        way = FLOWS[Flow(row["flow"])]
        for lot, part in zip(row["lots"], row["parts"], strict=True):
            for kind, sign in ((way.debit, -1), (way.credit, 1)):
                if kind in IN_LOTS:
                    changes[id_of(lot)][kind] += sign * part
    found["lot"] = _literal(changes)
    for kind in IN_LOTS:
        found[kind.value] = _literal(change[kind] for change in changes.values())
    return found


def _quoted(values: Iterable[object]) -> str:
    return '"' + _literal(values) + '"'


def _literal(values: Iterable[object]) -> str:
    return "{" + ",".join("NULL" if value is None else str(value) or '""' for value in values) + "}"


def connected(url: str) -> psycopg.Connection[Any]:
    """A connection that plans each statement for its values: a generic plan is half as fast."""
    connection = psycopg.connect(url, autocommit=True, prepare_threshold=None)
    connection.execute(f"SET search_path = {SCHEMA}")
    return connection
