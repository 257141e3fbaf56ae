"""The deadline of a call is checked before each SQL statement, where work for nobody would be dearest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from tiffin.context import check_deadline


def guard(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of Django's `connection_created`: puts the check before every statement, once."""
    if _check_first not in connection.execute_wrappers:
        connection.execute_wrappers.append(_check_first)


def _check_first(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    check_deadline()
    return execute(sql, params, many, context)
