"""Empty every table and Redis after a test that committed for real."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.pq import TransactionStatus

from tiffin.testing import owner

# What migrations have put there: no test makes it, so no test's end takes it away.
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "log_home", "log_cursor")

_END_OPEN_TRANSACTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()
"""
_TABLES = sql.SQL("""
SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = ANY({}) AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> ALL({})
ORDER BY nspname, relname
""")
# Cursors stay: they need not be made again for each test, only stand where they stood at the start.
_REWIND = sql.SQL("""
UPDATE {} SET epoch = 0, txid = 0, position = 0, day = NULL, stopped_at = NULL, stopped_cause = ''
WHERE epoch <> 0 OR txid <> 0 OR stopped_at IS NOT NULL
""")


def empty() -> None:
    """Remove every row of every module, and everything in Redis. Transactions left open are given up."""
    _give_up_transactions()
    owner.with_connection(_empty_tables)
    _broker(settings.REDIS_URL).flushdb()


@cache
def _broker(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)


def _empty_tables(connection: owner.Connection) -> None:
    """Most tables are empty after most tests, and looking is much cheaper than deleting."""
    connection.execute(_END_OPEN_TRANSACTIONS, prepare=True)
    schemas = list(settings.TIFFIN_MODULES)
    named = _TABLES.format(sql.Literal(schemas), sql.Literal(list(KEPT_TABLES)))
    tables = connection.execute(named, prepare=True).fetchall()
    (filled,) = connection.execute(_looks(tuple(tables)), prepare=True).fetchall()
    deletes = [
        sql.SQL("DELETE FROM {}").format(sql.Identifier(*names))
        for names, is_filled in zip(tables, filled, strict=True)
        if is_filled
    ]
    rewinds = [_REWIND.format(sql.Identifier(schema, "log_cursor")) for schema in schemas]
    with connection.transaction():
        connection.execute(sql.SQL(";").join([*deletes, *rewinds]))


@cache
def _looks(tables: tuple[tuple[str, str], ...]) -> bytes:
    """A statement of one row: of each of these tables, whether there is a row in it."""
    looks = [sql.SQL("EXISTS (SELECT FROM {})").format(sql.Identifier(*names)) for names in tables]
    return sql.SQL("SELECT {}").format(sql.SQL(", ").join(looks)).as_bytes(None)


def _give_up_transactions() -> None:
    """Those of this thread; the statement ends those that other threads have left idle."""
    for connection in connections.all(initialized_only=True):
        raw = connection.connection
        if raw is not None and raw.info.transaction_status != TransactionStatus.IDLE:
            connection.in_atomic_block = False  # else Django would keep the closed connection
            connection.close()
