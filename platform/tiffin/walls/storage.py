"""A module does not know how its database is called: `tiffin.db.transaction()` knows the owner."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tiffin.walls.source import Finding, SourceFile

_TRANSACTION = "django.db.transaction"
_CONNECTIONS = (
    "django.db.connection",
    "django.db.connections",
    "django.db.router",
    "psycopg",
    "psycopg_pool",
)


def aliases(file: SourceFile) -> Iterator[Finding]:
    """`.using("…")`, `using="…"`, `db_manager("…")`."""
    for call in file.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"using", "db_manager"}:
            yield file.finding(call, f".{call.func.attr}(…) names a database; the router knows the module's")
        if _saves_or_reads(call) and any(given.arg == "using" for given in call.keywords):
            yield file.finding(call, "using=… names a database; the router knows the module's")


def transactions(file: SourceFile) -> Iterator[Finding]:
    """Any import of `django.db.transaction`."""
    for name, line in file.imports:
        if _is_within(name, _TRANSACTION):
            yield file.finding(
                line, "django.db.transaction: use tiffin.db.transaction(), which knows the owner"
            )


def connections(file: SourceFile) -> Iterator[Finding]:
    """Any way to a connection beside the models."""
    for name, line in file.imports:
        if any(_is_within(name, connection) for connection in _CONNECTIONS):
            yield file.finding(line, f"{name}: a module does not choose its connection")


def _saves_or_reads(call: ast.Call) -> bool:
    """A call that could reach a database; an index or a field has a `using` of another kind."""
    return isinstance(call.func, ast.Attribute) and not call.func.attr[:1].isupper()


def _is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
