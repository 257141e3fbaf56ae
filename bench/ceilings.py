"""What the database could do at best: the rows that the platform writes, by one raw statement each time, from
8 connections of PostgreSQL's own pgbench, into tables with the same indexes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

from bench.ground import ROOT, Ground
from bench.measuring import say
from tiffin.db.schemas import role_of
from tiffin.embedded.postgres import Postgres

SCHEMA = "ceiling"
CONNECTIONS = 8
PGBENCH_THREADS = 2
CEILING_SECONDS = 5


_READ_FOR_A_QUOTE = f"""
SELECT restaurant.facts, menu.document,
       (SELECT json_agg(item_id) FROM orders.orders_knownunavailable WHERE restaurant_id = restaurant.id),
       (SELECT json_agg(promotion) FROM orders.orders_promotion AS promotion
        WHERE region = restaurant.region AND (restaurant_id IS NULL OR restaurant_id = restaurant.id))
FROM orders.orders_knownrestaurant AS restaurant
JOIN orders.orders_knownmenu AS menu ON menu.restaurant_id = restaurant.id AND version = menu_version
WHERE restaurant.id = (SELECT id FROM {SCHEMA}.priced WHERE number = :number)
"""


class Table(NamedTuple):
    """A table of `orders`: which column holds the order's id, and what must be new in every row."""

    name: str
    order: str
    fresh: dict[str, str] = {}


PLACED = (
    Table("orders_order", "id", {"quote_id": "uuidv7()"}),
    Table("orders_orderline", "order_id"),
    Table("orders_ordercomponent", "order_id"),
    Table("orders_timelineentry", "order_id"),
    Table("log_event", "key", {"position": "nextval('ceiling.position')", "event_id": "uuidv7()"}),
    Table("job", "key", {"id": "uuidv7()"}),
)
ANSWER = "command_answer"


class OrderRows(NamedTuple):
    """The one statement that writes an order's rows anew: of the `{number}`th of so many real ones."""

    statement: str
    orders: int


def copy_orders(ground: Ground, order_ids: Sequence[str], *, answered: bool) -> OrderRows:
    """Keep the rows of these orders as they stand in `orders`, to be written again and again; `answered` ones
    with the stored answer of their Idempotency-Key."""
    with ground.connect("orders") as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.execute(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {role_of('orders')}")
        connection.execute(f"SET ROLE {role_of('orders')}")
        connection.execute(f"CREATE SEQUENCE {SCHEMA}.position CACHE 1")
        connection.execute(
            f"CREATE TABLE {SCHEMA}.chosen AS"
            " SELECT id, ordinality::int AS number FROM unnest(%s::uuid[]) WITH ORDINALITY AS chosen(id)",
            [list(order_ids)],
        )
        parts = [_copied(connection, table) for table in PLACED]
        if answered:
            parts.append(_copied_answers(connection))
        connection.execute(f"ANALYZE {SCHEMA}.chosen")
    new = f"SELECT id AS old, uuidv7() AS id, number FROM {SCHEMA}.chosen WHERE number = {{number}}"
    inserts = ", ".join(f"part{number} AS ({part})" for number, part in enumerate(parts))
    return OrderRows(f"WITH new AS MATERIALIZED ({new}), {inserts} SELECT id FROM new", len(order_ids))


def _copied(connection: psycopg.Connection[Any], table: Table) -> str:
    kept = f"{SCHEMA}.from_{table.name}"
    chosen = f"{table.order} IN (SELECT id FROM {SCHEMA}.chosen)"
    connection.execute(f"CREATE TABLE {kept} AS SELECT * FROM {table.name} WHERE {chosen}")
    connection.execute(f"CREATE INDEX ON {kept} ({table.order})")
    connection.execute(f"ANALYZE {kept}")
    return _insert(
        connection, table.name, {**table.fresh, table.order: "new.id"}, f"kept.{table.order} = new.old"
    )


def _copied_answers(connection: psycopg.Connection[Any]) -> str:
    kept = f"{SCHEMA}.from_{ANSWER}"
    connection.execute(
        f"CREATE TABLE {kept} AS SELECT *, row_number() OVER ()::int AS number FROM {ANSWER}"
        " WHERE method LIKE 'POST %orders'"
    )
    connection.execute(f"CREATE INDEX ON {kept} (number)")
    connection.execute(f"ANALYZE {kept}")
    return _insert(connection, ANSWER, {"key": "uuidv7()::text"}, "kept.number = new.number")


def _insert(connection: psycopg.Connection[Any], table: str, fresh: dict[str, str], which: str) -> str:
    connection.execute(f"CREATE TABLE {SCHEMA}.{table} (LIKE {table} INCLUDING ALL)")
    columns = list(_columns(connection, table))
    values = (fresh.get(column, f"kept.{column}") for column in columns)
    return (
        f"INSERT INTO {SCHEMA}.{table} ({', '.join(columns)})"
        f" SELECT {', '.join(values)} FROM {SCHEMA}.from_{table} AS kept, new WHERE {which}"
    )


def _columns(connection: psycopg.Connection[Any], table: str) -> Iterator[str]:
    """Its columns but for those that number themselves."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'orders' AND table_name = %s AND is_identity = 'NO' ORDER BY ordinal_position",
        [table],
    )
    return (str(row[0]) for row in found)


def order_ceiling(ground: Ground, rows: OrderRows) -> float:
    """Orders a second."""
    statement = rows.statement.replace("{number}", ":number")
    return _pgbench(ground, f"\\set number random(1, {rows.orders})\n{statement};\n")


def quote_ceiling(ground: Ground) -> float:
    """How often a second all that is known of a restaurant, its menu and what it offers is read."""
    with ground.connect("orders") as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        connection.execute(f"DROP TABLE IF EXISTS {SCHEMA}.priced")
        priced = connection.execute(
            f"CREATE TABLE {SCHEMA}.priced AS SELECT id, row_number() OVER (ORDER BY id)::int AS number"
            " FROM orders_knownrestaurant"
        )
        connection.execute(f"CREATE INDEX ON {SCHEMA}.priced (number)")
        count = priced.rowcount
    return _pgbench(ground, f"\\set number random(1, {count})\n{_READ_FOR_A_QUOTE};\n")


def statement_ceiling(ground: Ground, statement: str) -> float:
    """Executions a second of one statement."""
    return _pgbench(ground, f"{statement};\n")


def _pgbench(ground: Ground, script: str) -> float:
    path = ground.home.run / "ceiling.sql"
    path.write_text(script)
    command = [
        Postgres(ground.home, 0).binary("pgbench"),
        "--no-vacuum",
        "--protocol=prepared",
        f"--client={CONNECTIONS}",
        f"--jobs={PGBENCH_THREADS}",
        f"--time={CEILING_SECONDS}",
        f"--file={path}",
        ground.supervisor.env["DATABASE_URL"],
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed: {done.stderr.strip()}")
    rate = float(found[1])
    say(f"raw SQL: {rate:.0f} a second")
    return rate
