"""The database as modules see it: transactions that know their owner, and aggregates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiffin.db.transactions import (
    NestedOwners,
    TransactionRequired,
    attempt,
    durable,
    in_transaction,
    on_commit,
    transaction,
    transaction_required,
)

if TYPE_CHECKING:
    from tiffin.db.aggregates import Aggregate, StaleAggregate
    from tiffin.db.rows import BY_ANY, find, insert, lock, select, update

__all__ = [
    "BY_ANY",
    "Aggregate",
    "NestedOwners",
    "StaleAggregate",
    "TransactionRequired",
    "attempt",
    "durable",
    "find",
    "in_transaction",
    "insert",
    "lock",
    "on_commit",
    "select",
    "transaction",
    "transaction_required",
    "update",
]


def __getattr__(name: str) -> Any:
    # Models can only be defined once Django's apps are loaded, transactions are named earlier.
    if name in {"Aggregate", "StaleAggregate"}:
        from tiffin.db import aggregates

        return getattr(aggregates, name)
    if name in {"BY_ANY", "find", "insert", "lock", "select", "update"}:
        from tiffin.db import rows

        return getattr(rows, name)
    raise AttributeError(name)
