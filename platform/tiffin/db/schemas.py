"""A schema and a role for each module, so that PostgreSQL itself refuses what crosses a wall."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

# The log is read only below the oldest running transaction: none of those that serve may run for long.
SERVING_TIMEOUT = "5s"
# A role sees only its own sessions; how old the server's oldest writing transaction is concerns every module.
_SERVER_VIEW = """
CREATE SCHEMA IF NOT EXISTS server_view;
CREATE OR REPLACE FUNCTION server_view.oldest_transaction_seconds() RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT coalesce(extract(epoch FROM max(now() - xact_start)), 0)::double precision
   FROM pg_stat_activity WHERE backend_xid IS NOT NULL $$;
REVOKE ALL ON FUNCTION server_view.oldest_transaction_seconds() FROM PUBLIC;
"""
# Batches that lock the same aggregates in another order find out soon, and go on one by one.
DEADLOCK_TIMEOUT = "200ms"
MINIMUM_SERVER_VERSION = 170000  # transaction_timeout came with PostgreSQL 17


class UnsuitableServer(Exception):
    """The database server cannot carry the platform; the message says why."""


def role_of(module: str) -> str:
    return f"tiffin_{module}"


def password_of(module: str, secret: str) -> str:
    """The role's password, derived from the deployment's secret so that nobody has to keep it."""
    return hmac.new(secret.encode(), f"database-role:{module}".encode(), hashlib.sha256).hexdigest()


def database_settings(module: str, *, url: str, secret: str) -> dict[str, Any]:
    """Django's DATABASES entry by which `module` reaches its schema in the database at `url`."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "tiffin.db.postgresql",
        "NAME": parts.get("dbname", "tiffin"),
        "HOST": parts.get("host", "127.0.0.1"),
        "PORT": str(parts.get("port", "")),
        "USER": role_of(module),
        "PASSWORD": password_of(module, secret),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": f"tiffin-{module}",
            "connect_timeout": 3,
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }


def ensure_schemas(modules: Iterable[str], *, url: str, secret: str) -> None:
    """Create what is missing: role, schema, rights. May be repeated; `url` must belong to an administrator.

    Raises UnsuitableServer for a server that is too old or keeps prepared transactions.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        _check_server(connection)
        database = connection.info.dbname
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute(_SERVER_VIEW)
        for module in modules:
            _ensure_role(connection, module, password_of(module, secret))
            _ensure_schema(connection, module, database)


def _check_server(connection: psycopg.Connection[Any]) -> None:
    if connection.info.server_version < MINIMUM_SERVER_VERSION:
        raise UnsuitableServer("the platform needs PostgreSQL 17 or newer (transaction_timeout)")
    row = connection.execute("SHOW max_prepared_transactions").fetchone()
    if row and row[0] != "0":
        raise UnsuitableServer("set max_prepared_transactions = 0: a forgotten one would stop the log")


def _ensure_role(connection: psycopg.Connection[Any], module: str, password: str) -> None:
    role = sql.Identifier(role_of(module))
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role_of(module)]).fetchone()
    verb = (
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}") if exists else sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
    )
    connection.execute(verb.format(role, sql.Literal(password)))


def _ensure_schema(connection: psycopg.Connection[Any], module: str, database: str) -> None:
    role, schema = sql.Identifier(role_of(module)), sql.Identifier(module)
    in_database = sql.SQL("ALTER ROLE {} IN DATABASE {} SET ").format(role, sql.Identifier(database))
    for statement in (
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(database), role),
        sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, role),
        sql.SQL("GRANT USAGE ON SCHEMA server_view TO {}").format(role),
        sql.SQL("GRANT EXECUTE ON FUNCTION server_view.oldest_transaction_seconds() TO {}").format(role),
        in_database + sql.SQL("search_path = {}").format(schema),
        in_database + sql.SQL("transaction_timeout = {}").format(sql.Literal(SERVING_TIMEOUT)),
        in_database + sql.SQL("deadlock_timeout = {}").format(sql.Literal(DEADLOCK_TIMEOUT)),
    ):
        connection.execute(statement)
