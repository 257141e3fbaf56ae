"""The owner of every schema looks and tidies past all walls, over one connection that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from psycopg import sql

LOCK_SECONDS = 10
Connection = psycopg.Connection[Any]
Rows = list[tuple[Any, ...]]
T = TypeVar("T")


def with_connection(work: Callable[[Connection], T]) -> T:
    """What `work` returns; it is done again on a new connection if the server was started again since."""
    try:
        return work(_connected(settings.DATABASE_URL))
    except psycopg.OperationalError:
        _connected.cache_clear()
        return work(_connected(settings.DATABASE_URL))


def rows(statement: sql.Composed, values: Mapping[str, Any] | None = None) -> Rows:
    """The rows of a statement that is asked again and again, so that it is planned only once."""
    return with_connection(lambda connection: connection.execute(statement, values, prepare=True).fetchall())


@cache
def _connected(url: str) -> Connection:
    """Kept from test to test: a new one would have to learn of every table again. As a replica, PostgreSQL
    checks no reference between tables, so that rows may go in any order."""
    options = f"-c lock_timeout={LOCK_SECONDS}s -c session_replication_role=replica"
    return psycopg.connect(url, options=options, autocommit=True)
