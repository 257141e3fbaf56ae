"""What the ledger holds before it is measured: customers with lots, and a past of any length, written as the
ledger itself would have left it. Only here its triggers are off, and its indexes made after the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

from bench.ground import Ground
from bench.measuring import say
from bench.points import LOTS_A_CUSTOMER

STRIPES = 16
PROGRAMME = UUID(int=0)
ENTRIES_A_ROUND = 4  # of each customer: earned, confirmed, held, spent
BEFORE_THE_GRANTS = 60  # days; rounds of the past are so much older, and a day apart

_CUSTOMERS = """
CREATE UNLOGGED TABLE bench.customer AS
SELECT number, uuidv7(make_interval(mins => -number)) AS id,
       CASE number %% 2 WHEN 0 THEN 'gb' ELSE 'pl' END AS region, number %% %(stripes)s AS stripe
FROM generate_series(0, %(customers)s - 1) AS number
"""
_CUSTOMERS_ACCOUNTS = """
WITH opened AS (
    SELECT number, id, nextval(pg_get_serial_sequence('rewards_account', 'id')) AS first FROM bench.customer
)
INSERT INTO rewards_account (id, kind, owner, region, unit, stripe, balance, floor)
SELECT first + place - 1, kind, id, '', 'PTS', 0, 0, CASE kind WHEN 'debt' THEN NULL ELSE 0 END
FROM opened, unnest(ARRAY['available', 'pending', 'held', 'debt']) WITH ORDINALITY AS own(kind, place)
ORDER BY first, place
"""
_PROGRAMMES_ACCOUNTS = """
INSERT INTO rewards_account (kind, owner, region, unit, stripe, balance, floor)
SELECT kind, %(programme)s, region, 'PTS', stripe, 0, NULL
FROM unnest(ARRAY['issuance', 'redeemed']) AS kind, unnest(ARRAY['gb', 'pl']) AS region,
     generate_series(0, %(stripes)s - 1) AS stripe
ON CONFLICT DO NOTHING -- those that the demo's points came from
"""
_ACCOUNTS = """
CREATE UNLOGGED TABLE bench.account AS
SELECT customer.number, customer.id AS customer_id, customer.region, pending.id AS pending,
       available.id AS available, held.id AS held, issuance.id AS issuance, redeemed.id AS redeemed
FROM bench.customer
JOIN rewards_account AS pending ON (pending.kind, pending.owner) = ('pending', customer.id)
JOIN rewards_account AS available ON (available.kind, available.owner) = ('available', customer.id)
JOIN rewards_account AS held ON (held.kind, held.owner) = ('held', customer.id)
JOIN rewards_account AS issuance
    ON (issuance.kind, issuance.region, issuance.stripe) = ('issuance', customer.region, customer.stripe)
JOIN rewards_account AS redeemed
    ON (redeemed.kind, redeemed.region, redeemed.stripe) = ('redeemed', customer.region, customer.stripe)
"""
_INTO_ENTRIES = """
INSERT INTO rewards_entry (id, flow, debit, credit, amount, unit, region, customer_id, party_id, lot_id,
                           hold_id, order_id, lots, parts, expires_at, reason, after, at)
"""
_INTO_LOTS = """
INSERT INTO rewards_lot (id, customer_id, region, order_id, points, pending, available, held, opened_at,
                         expires_at, reason)
"""
# How many points a lot has, `points.granted` says the same.
_GRANTED = """
CREATE UNLOGGED TABLE bench.granted AS
SELECT uuidv7(make_interval(days => lot - %(days)s, secs => -number)) AS id, account.*, lot,
       (40 + (number * 7 + lot * 13) %% 120)::bigint AS points,
       now() - make_interval(days => %(days)s - lot) AS at,
       now() + make_interval(days => 200 + lot) AS expires_at
FROM bench.account, generate_series(0, %(lots)s - 1) AS lot
"""
_GRANTS = (
    _INTO_ENTRIES
    + """
SELECT id, 'grant', issuance, available, points, 'PTS', region, customer_id, NULL, NULL, NULL,
       NULL, '{}', '{}', expires_at, 'welcome', sum(points) OVER (PARTITION BY customer_id ORDER BY lot), at
FROM bench.granted ORDER BY lot, number
""",
    _INTO_LOTS
    + """
SELECT id, customer_id, region, NULL, points, 0, points, 0, at, expires_at, 'welcome'
FROM bench.granted ORDER BY lot, number
""",
)
_ROUND = """
CREATE TEMPORARY TABLE round AS
SELECT account.*, uuidv7(make_interval(days => -%(age)s, secs => -number)) AS lot,
       uuidv7(make_interval(days => -%(age)s, secs => -number)) AS hold,
       (5 + number %% 86)::bigint AS points, balance,
       now() - make_interval(days => %(age)s, secs => number) AS at
FROM bench.account JOIN rewards_account ON rewards_account.id = available
"""
_PAST = (
    _INTO_ENTRIES
    + """
SELECT lot, 'earn', issuance, pending, points, 'PTS', region, customer_id, NULL, NULL, NULL,
       hold, '{}', '{}', at + interval '1 year', 'order', balance, at FROM round ORDER BY number
""",
    _INTO_ENTRIES
    + """
SELECT uuidv7(at - now()), 'confirm', pending, available, points, 'PTS', region, customer_id, NULL, lot,
       NULL, hold, ARRAY[lot], ARRAY[points], NULL, '', balance + points, at FROM round ORDER BY number
""",
    _INTO_ENTRIES
    + """
SELECT hold, 'hold', available, held, points, 'PTS', region, customer_id, NULL, NULL, NULL, hold,
       ARRAY[lot], ARRAY[points], at + interval '14 days', '', balance, at FROM round ORDER BY number
""",
    _INTO_ENTRIES
    + """
SELECT uuidv7(at - now()), 'post', held, redeemed, points, 'PTS', region, customer_id, NULL, NULL, hold,
       hold, ARRAY[lot], ARRAY[points], NULL, '', balance, at FROM round ORDER BY number
""",
    _INTO_LOTS
    + """
SELECT lot, customer_id, region, hold, points, 0, 0, 0, at, at + interval '1 year', 'order'
FROM round ORDER BY number
""",
    """
INSERT INTO rewards_hold (id, region, version, log_txid, created_at, customer_id, order_id, points, lots,
                          parts, posted, restored, state, lapses_at, ended_at)
SELECT hold, region, 0, 0, at, customer_id, hold, points, ARRAY[lot], ARRAY[points], points, 0, 'posted',
       at + interval '14 days', at
FROM round ORDER BY number
""",
)
# Balances by what was entered after `first`.
_SETTLE = """
UPDATE rewards_account AS account SET balance = balance + moved.amount
FROM (SELECT leg.account, sum(leg.amount)::bigint AS amount
      FROM (SELECT debit, -amount FROM rewards_entry WHERE number > %(first)s
            UNION ALL SELECT credit, amount FROM rewards_entry WHERE number > %(first)s)
          AS leg(account, amount)
      GROUP BY leg.account HAVING sum(leg.amount) <> 0) AS moved
WHERE account.id = moved.account
"""
_WRONG_BALANCES = """
SELECT count(*) FROM rewards_account AS account
LEFT JOIN (SELECT leg.account, sum(leg.amount) AS amount
           FROM (SELECT debit, -amount FROM rewards_entry UNION ALL SELECT credit, amount FROM rewards_entry)
               AS leg(account, amount)
           GROUP BY leg.account) AS entered ON entered.account = account.id
WHERE account.balance <> coalesce(entered.amount, 0)
"""
_INDEXES = """
SELECT conname, pg_get_constraintdef(oid), true FROM pg_constraint
WHERE conrelid = %(table)s::regclass AND contype IN ('p', 'u')
UNION ALL
SELECT relname, pg_get_indexdef(indexrelid), false FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %(table)s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
TABLES = ("rewards_account", "rewards_entry", "rewards_lot", "rewards_hold")


def settle_customers(ground: Ground, count: int) -> list[UUID]:
    """So many with LOTS_A_CUSTOMER lots of points each; returns who they are."""
    say(f"{count} customers get {count * LOTS_A_CUSTOMER} lots")
    first = last_number(ground)
    with _quiet(ground) as connection:
        connection.execute("CREATE SCHEMA bench")
        named = {"stripes": STRIPES, "customers": count, "programme": PROGRAMME}
        connection.execute(_CUSTOMERS, named)
        connection.execute(_CUSTOMERS_ACCOUNTS)
        connection.execute(_PROGRAMMES_ACCOUNTS, named)
        connection.execute("ANALYZE rewards_account")
        connection.execute(_ACCOUNTS)
        connection.execute(_GRANTED, {"days": BEFORE_THE_GRANTS, "lots": LOTS_A_CUSTOMER})
        for statement in _GRANTS:
            connection.execute(statement)
        connection.execute(_SETTLE, {"first": first})
        connection.execute("DROP TABLE bench.granted")
        found = connection.execute("SELECT customer_id FROM bench.account ORDER BY number").fetchall()
    return [customer_id for (customer_id,) in found]


def stored(ground: Ground) -> int:
    """How many transfers there are."""
    with ground.connect("rewards") as connection:
        ((count,),) = connection.execute("SELECT count(*) FROM rewards_entry")
    return int(count)


def last_number(ground: Ground) -> int:
    """The number of the last transfer."""
    with ground.connect("rewards") as connection:
        ((last,),) = connection.execute("SELECT max(number) FROM rewards_entry")
    return int(last)


def missing(ground: Ground, noted: Iterable[Path]) -> int:
    """How many of the transfers whose ids stand in these files, 16 bytes each, are not there."""
    with ground.connect("rewards") as connection:
        connection.execute("CREATE TEMPORARY TABLE acknowledged (id uuid)")
        with connection.cursor().copy("COPY acknowledged FROM STDIN") as copy:
            for file in noted:
                ids = file.read_bytes()
                for begin in range(0, len(ids), 16):
                    copy.write_row([UUID(bytes=ids[begin : begin + 16])])
        ((count,),) = connection.execute(
            "SELECT count(*) FROM acknowledged WHERE NOT EXISTS"
            " (SELECT FROM rewards_entry WHERE rewards_entry.id = acknowledged.id)"
        )
    return int(count)


def wrong_balances(ground: Ground) -> int:
    """How many accounts have another balance than their entries add up to."""
    with ground.connect("rewards") as connection:
        connection.execute("SET work_mem = '256MB'")
        ((count,),) = connection.execute(_WRONG_BALANCES)
    return int(count)


def give_a_past(ground: Ground, transfers: int) -> None:
    """At least so many transfers in all: everybody has earned and spent, again and again."""
    with ground.connect("rewards") as connection:
        ((customers,),) = connection.execute("SELECT count(*) FROM bench.customer")
    a_round = customers * ENTRIES_A_ROUND
    rounds = -(-(transfers - stored(ground)) // a_round)
    if rounds <= 0:
        return
    first = last_number(ground)
    with _quiet(ground) as connection:
        with _without_indexes(connection, "rewards_entry", "rewards_lot", "rewards_hold"):
            for number in range(rounds):
                connection.execute(_ROUND, {"age": BEFORE_THE_GRANTS + rounds - number})
                for statement in _PAST:
                    connection.execute(statement)
                connection.execute("DROP TABLE round")
                say(f"{(number + 1) * a_round} transfers lie in the past")
        connection.execute(_SETTLE, {"first": first})


@contextmanager
def _quiet(ground: Ground) -> Iterator[psycopg.Connection[Any]]:
    """A connection for which nothing keeps the ledger; afterwards it is as one that has stood for long."""
    with ground.connect("rewards") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute("SET work_mem = '256MB'")
        yield connection
        for table in TABLES:
            connection.execute(sql.SQL("VACUUM (FREEZE, ANALYZE) {}").format(sql.Identifier(table)))
        connection.execute("CHECKPOINT")


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any], *tables: str) -> Iterator[None]:
    """Drop the tables' indexes and constraints, and make the same ones again afterwards."""
    again: list[sql.SQL | sql.Composed] = []
    for table in tables:
        for name, definition, constrains in connection.execute(_INDEXES, {"table": table}).fetchall():
            if constrains:
                parts = (sql.Identifier(table), sql.Identifier(name), sql.SQL(definition))
                connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*parts[:2]))
                again.append(sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(*parts))
            else:
                connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
                again.append(sql.SQL(definition))
    yield
    for statement in again:
        say(f"Indexes are made: {statement.as_string(connection)[:80]}")
        connection.execute(statement)
