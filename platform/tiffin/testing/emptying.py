"""Empty every table and Redis after a test that committed for real."""

from __future__ import annotations

from functools import cache
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.pq import TransactionStatus

# What migrations have put there: no test makes it, so no test's end takes it away.
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "log_home", "log_cursor")
LOCK_SECONDS = 10

# Most tables are empty after most tests, and looking is much cheaper than truncating. References between
# tables need no order: as a replica, PostgreSQL checks none.
_EMPTY = """
DO $$
DECLARE
    one regclass;
    filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR one IN
        SELECT pg_class.oid::regclass FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = ANY({schemas}) AND relkind IN ('r', 'p') AND NOT relispartition
          AND relname <> ALL({kept})
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %s', one);
        END IF;
    END LOOP;
END $$
"""
# Cursors stay: they need not be made again for each test, only stand where they stood at the start.
_REWIND = """
UPDATE {cursors} SET epoch = 0, txid = 0, position = 0, day = NULL, stopped_at = NULL, stopped_cause = ''
WHERE epoch <> 0 OR txid <> 0 OR stopped_at IS NOT NULL
"""


def empty() -> None:
    """Remove every row of every module, and everything in Redis. Transactions left open are given up."""
    _give_up_transactions()
    try:
        _empty_tables(_connected(settings.DATABASE_URL))
    except psycopg.OperationalError:  # the server was started again since
        _connected.cache_clear()
        _empty_tables(_connected(settings.DATABASE_URL))
    broker = redis.Redis.from_url(settings.REDIS_URL)
    broker.flushdb()
    broker.close()


@cache
def _connected(url: str) -> psycopg.Connection[Any]:
    """Kept from test to test: a new one would have to learn of every table again."""
    return psycopg.connect(url, options=f"-c lock_timeout={LOCK_SECONDS}s", autocommit=True)


def _empty_tables(connection: psycopg.Connection[Any]) -> None:
    schemas = list(settings.TIFFIN_MODULES)
    with connection.transaction():
        connection.execute(
            sql.SQL(_EMPTY).format(schemas=sql.Literal(schemas), kept=sql.Literal(list(KEPT_TABLES)))
        )
        for module in schemas:
            connection.execute(sql.SQL(_REWIND).format(cursors=sql.Identifier(module, "log_cursor")))


def _give_up_transactions() -> None:
    """Those of this thread; the statement ends those that other threads have left idle."""
    for connection in connections.all(initialized_only=True):
        raw = connection.connection
        if raw is not None and raw.info.transaction_status != TransactionStatus.IDLE:
            connection.in_atomic_block = False  # else Django would keep the closed connection
            connection.close()
