"""A session in which a module's tables are empty temporary ones, so that its code can write without touching
anything: PostgreSQL finds temporary tables before all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tiffin.db.transactions import in_transaction, remember, transaction

# These stay what they are: the log is read, and how far is asked.
_NOT_SHADOWED = ("log_event", "log_home", "log_cursor")
_TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  AND relowner = current_user::regrole AND relname <> ALL(%s)
"""


class Pooled(RuntimeError):
    """Something between here and the server shares its sessions: others would get our temporary tables, and
    we the live ones."""


@contextmanager
def shadowed(module: str) -> Iterator[BaseDatabaseWrapper]:
    """Within the block this thread reaches `module` by a session of its own, with empty tables; the live ones
    are still there under the schema's name. The session ends with the block, and the tables with it.

    Raises Pooled when the session is not ours alone.
    """
    if in_transaction():
        raise RuntimeError("a shadow begins outside every transaction")
    usual, session = connections[module], connections.create_connection(module)
    connections[module] = session
    try:
        with session.cursor() as cursor:
            _require_own(session)
            cursor.execute(_TABLES, [list(_NOT_SHADOWED)])
            for (table,) in cursor.fetchall():
                name = session.ops.quote_name(table)
                schema = session.ops.quote_name(module)
                cursor.execute(f"CREATE TEMPORARY TABLE {name} (LIKE {schema}.{name} INCLUDING ALL)")
        yield session
    finally:
        connections[module] = usual
        remember(usual)
        session.close()


def _require_own(session: BaseDatabaseWrapper) -> None:
    """A pooler greets with a process id of its own, and the server answers with its."""
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        if cursor.fetchone()[0] != session.connection.info.backend_pid:
            raise Pooled("the database is behind a pooler; look straight at the server")


@contextmanager
def unheard(module: str) -> Iterator[None]:
    """A transaction after which nobody is nudged: what it wrote is not there for others."""
    with transaction(owner=module):
        yield
        connections[module].run_on_commit.clear()


@contextmanager
def snapshot(session: BaseDatabaseWrapper) -> Iterator[None]:
    """One moment for all that is read. It writes nothing, has no transaction id and so holds no reader of the
    log back, however long it takes."""
    with session.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SET LOCAL transaction_timeout = 0")
            yield
        finally:
            cursor.execute("ROLLBACK")
