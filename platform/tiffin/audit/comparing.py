"""Live against rebuilt, row by row, in the session in which the rebuilt tables are."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import Model, UniqueConstraint
from psycopg import sql

from tiffin.audit.findings import MOST_LISTED, Inspection
from tiffin.log.subscribers import Subscriber

_COUNT = sql.SQL("SELECT count(*) FROM {}")
_COMPARE = """
SELECT count(*) OVER (), {title}, live.ctid IS NULL, rebuilt.ctid IS NULL,
       array_remove(ARRAY[{changed}]::text[], NULL)
FROM {live} AS live FULL JOIN pg_temp.{table} AS rebuilt ON {same}
WHERE live.ctid IS NULL OR rebuilt.ctid IS NULL OR {differs}
ORDER BY 2 LIMIT %s
"""


def compare(inspection: Inspection, subscriber: Subscriber, model: type[Model]) -> None:
    """Find the rows of the live table that are not as they were rebuilt. Counts live rows."""
    quote = connections[subscriber.module].ops.quote_name
    table = quote(model._meta.db_table)
    live = f"{quote(subscriber.module)}.{table}"
    key = [quote(column) for column in natural_key(model)]
    rest = [quote(column) for column in _told_columns(model) if quote(column) not in key]
    differs = {column: f"live.{column} IS DISTINCT FROM rebuilt.{column}" for column in rest}
    query = _COMPARE.format(
        live=live,
        table=table,
        title=" || ' ' || ".join(f"coalesce(live.{column}, rebuilt.{column})::text" for column in key),
        same=" AND ".join(f"live.{column} = rebuilt.{column}" for column in key),
        differs=" OR ".join(differs.values()) or "FALSE",
        changed=", ".join(f"CASE WHEN {d} THEN '{c[1:-1]}' END" for c, d in differs.items()) or "NULL",
    )
    with connections[subscriber.module].cursor() as cursor:
        cursor.execute(_COUNT.format(sql.Identifier(subscriber.module, model._meta.db_table)))
        inspection.looked(cursor.fetchone()[0])
        cursor.execute(query, [MOST_LISTED])
        rows = cursor.fetchall()
    for _, title, not_live, not_told, changed in rows:
        said = _said(model, changed, not_live=not_live, not_told=not_told)
        inspection.find(title, f"{subscriber.name}: {said}")
    if rows:
        inspection.find_more(rows[0][0] - len(rows))


def natural_key(model: type[Model]) -> list[str]:
    """The columns by which two copies of a row are the same. Raises TypeError when there are none."""
    if not _is_counted(model, model._meta.pk.name):
        return [_column(model, model._meta.pk.name)]
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields and constraint.condition is None:
            return [_column(model, name) for name in constraint.fields]
    raise TypeError(
        f"{model.__name__}: nothing tells its rows apart but a number; give it a UniqueConstraint"
    )


def _told_columns(model: type[Model]) -> list[str]:
    """A number that the database gave a row means nothing."""
    names = [field.name for field in model._meta.concrete_fields if not _is_counted(model, field.name)]
    return [_column(model, name) for name in names]


def _column(model: type[Model], name: str) -> str:
    field: Any = model._meta.get_field(name)
    return str(field.column)


def _is_counted(model: type[Model], name: str) -> bool:
    return model._meta.get_field(name).get_internal_type().endswith("AutoField")


def _said(model: type[Model], changed: list[str], *, not_live: bool, not_told: bool) -> str:
    name = model._meta.verbose_name
    if not_live:
        return f"the {name} is missing, though the log tells of it"
    if not_told:
        return f"the {name} is there, though the log tells of none"
    return f"the {name} is not as the log tells it: {', '.join(changed)}"
