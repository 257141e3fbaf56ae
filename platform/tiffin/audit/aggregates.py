"""The aggregates of a module, a page at a time."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.apps import apps
from django.db import connections

from tiffin.db.aggregates import Aggregate

PAGE = 1000
FIRST_ID = UUID(int=0)


def kinds_of(module: str) -> list[type[Aggregate]]:
    """The module's aggregates; those that only tests have are not managed."""
    models = apps.get_app_config(module).get_models()
    return [model for model in models if issubclass(model, Aggregate) and model._meta.managed]


def absent(module: str, keys: Collection[UUID]) -> set[UUID]:
    """Those of `keys` that no aggregate of the module has."""
    missing = set(keys)
    for kind in kinds_of(module):
        if missing:
            found = kind._base_manager.using(module).filter(pk__in=missing)
            missing -= set(found.values_list("pk", flat=True))
    return missing


def table_of(kind: type[Aggregate], module: str) -> str:
    """The table's name, quoted for SQL."""
    return connections[module].ops.quote_name(kind._meta.db_table)
