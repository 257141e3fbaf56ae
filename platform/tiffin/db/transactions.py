"""Transactions by intent. The semantics are those of django-subatomic: one name for each.

A module never names a database: `transaction()` belongs to the module in whose package the code stands.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connections
from django.db import transaction as django_transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tiffin.db.owners import calling_owner, owner_of

_thread = threading.local()

P = ParamSpec("P")
R = TypeVar("R")
F = TypeVar("F", bound=Callable[[], object])


class TransactionRequired(RuntimeError):
    """The function writes part of something bigger and must be called inside a transaction."""


class NestedOwners(RuntimeError):
    """A transaction of one module was opened inside another module's."""


def transaction(*, owner: str | None = None) -> AbstractContextManager[None]:
    """All or nothing, durably, in the owner's database.

    Joins the owner's open transaction when there is one (a failure inside then dooms the whole).
    `owner` is for the kernel and for tests; a module's code never gives it.
    Raises NestedOwners inside another module's transaction.
    """
    alias = owner or calling_owner(1)
    _refuse_nested_owners(alias)
    if connections[alias].in_atomic_block:
        return django_transaction.atomic(using=alias, savepoint=False)
    return _Outermost(alias)


def attempt(*, owner: str | None = None) -> AbstractContextManager[None]:
    """A part of the owner's open transaction that may fail, and is undone alone then, with the locks it took;
    but for jobs and events, which are written at the end of the whole: none belong in it.

    Raises TransactionRequired where none is open.
    """
    alias = owner or calling_owner(1)
    require_transaction(alias)
    return django_transaction.atomic(using=alias)


class _Outermost(django_transaction.Atomic):
    """Does what was put off until right before the commit."""

    def __init__(self, alias: str) -> None:
        super().__init__(using=alias, savepoint=False, durable=True)
        self._alias = alias

    def __enter__(self) -> None:
        super().__enter__()
        _put_off()[self._alias] = {}

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        put_off = _put_off().pop(self._alias, {})
        if kind is None and not connections[self._alias].needs_rollback:
            try:
                for function in put_off.values():
                    function()
            except BaseException as failure:
                super().__exit__(type(failure), failure, failure.__traceback__)
                raise
        super().__exit__(kind, error, trace)


def before_commit(name: str, make: Callable[[], F], *, owner: str) -> F | None:
    """What the owner's open transaction calls as the last thing before it commits: made once under each name.
    None when that transaction is none of ours, and nothing can be put off."""
    put_off = _put_off().get(owner)
    if put_off is None:
        return None
    if name not in put_off:
        put_off[name] = make()
    function: F = put_off[name]
    return function


def _put_off() -> dict[str, dict[str, Any]]:
    """By alias, what the transactions of this thread have put off."""
    by_alias: dict[str, dict[str, Any]] | None = getattr(_thread, "put_off", None)
    if by_alias is None:
        by_alias = _thread.put_off = {}
    return by_alias


def on_commit(function: Callable[[], object], *, owner: str | None = None) -> None:
    """Call `function` once the owner's transaction is committed; at once when none is open.

    For hints only (nudges, caches): the process may die in between. What must happen is an event or a job.
    """
    django_transaction.on_commit(function, using=owner or calling_owner(1), robust=True)


def transaction_required(function: Callable[P, R]) -> Callable[P, R]:
    """The function must be called inside its module's transaction. Raises TransactionRequired."""

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        require_transaction(owner_of(function.__module__))
        return function(*args, **kwargs)

    return checked


def durable(function: Callable[P, R]) -> Callable[P, R]:
    """What the function writes is committed when it returns: it must not be called inside a transaction."""

    @wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if in_transaction():
            raise RuntimeError(f"{function.__qualname__} must not be called inside a transaction")
        return function(*args, **kwargs)

    return checked


def require_transaction(alias: str) -> None:
    """Raises TransactionRequired unless `alias` has a transaction open in this thread."""
    if not connections[alias].in_atomic_block:
        raise TransactionRequired(f"this must run inside a transaction of {alias}")


def in_transaction() -> bool:
    """Whether this thread has a transaction open in any database."""
    return any(connection.in_atomic_block for connection in _connected().values())


def remember(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of Django's `connection_created`: a transaction has a connection, and asking Django for all of
    them costs ten times more."""
    _connected()[connection.alias] = connection


def _connected() -> dict[str, BaseDatabaseWrapper]:
    connected: dict[str, BaseDatabaseWrapper] | None = getattr(_thread, "connected", None)
    if connected is None:
        connected = _thread.connected = {}
    return connected


def _refuse_nested_owners(alias: str) -> None:
    for connection in _connected().values():
        if connection.in_atomic_block and connection.alias != alias:
            raise NestedOwners(f"{alias} may not write inside a transaction of {connection.alias}")
