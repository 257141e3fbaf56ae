"""Rows by statements that are put together once for each model. Django's compiler would do it anew each time,
which costs more than the database does; and what stays the same is prepared by the server.

For what runs with every order. Everything else is written with the ORM.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import isfinite
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from django.db import connections, models

from tiffin.context import check_deadline
from tiffin.db.owners import calling_owner
from tiffin.db.transactions import require_transaction

Row = TypeVar("Row", bound=models.Model)
Convert = Callable[[Any, Any, Any], Any]

BY_ANY = ("*",)  # of a model's unique fields


class _Reading(NamedTuple):
    """How a model's rows are read: the fields, and by column what makes a value of what comes."""

    names: list[str]
    conversions: list[tuple[int, Any, Convert]]


def select(statement: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
    """What a constant statement finds in the schema of the module in which the caller stands; its values in
    their order (`%s`) or by name (`%(name)s`)."""
    found: list[tuple[Any, ...]] = ask(calling_owner(1), statement, named or values).fetchall()
    return found


def ask(alias: str, statement: str, values: Sequence[Any] | dict[str, Any]) -> Any:
    """The cursor with what PostgreSQL answers to a constant statement; raises Django's errors. Past Django's
    own cursor, which costs as much as the statement's way there and back, unless somebody looks at what is
    asked."""
    connection = connections[alias]
    if connection.queries_logged:
        cursor = connection.cursor()
        cursor.execute(statement, values)
        return cursor
    check_deadline()
    connection.validate_no_broken_transaction()
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return connection.connection.execute(statement, values)


def find(model: type[Row], **wanted: Any) -> list[Row]:
    """The rows whose fields have these values, or one of those in a list; in no order."""
    connection = connections[model._meta.app_label]
    several = tuple(isinstance(value, list) for value in wanted.values())
    statement = _find_statement(model, tuple(wanted), several)
    found = ask(model._meta.app_label, statement, list(wanted.values())).fetchall()
    return [_made(model, connection, values) for values in found]


def get(model: type[Row], id: UUID | str) -> Row:
    """The row as it stands. Raises DoesNotExist."""
    return _row(model, _get_statement(model), id)


def lock(model: type[Row], id: UUID | str) -> Row:
    """The row, locked until the transaction ends. Raises DoesNotExist, TransactionRequired."""
    require_transaction(model._meta.app_label)
    return _row(model, _lock_statement(model), id)


def _row(model: type[Row], statement: str, id: UUID | str) -> Row:
    connection = connections[model._meta.app_label]
    found = ask(model._meta.app_label, statement, [id]).fetchone()
    if found is None:
        raise model.DoesNotExist(  # type: ignore[attr-defined]  # Django gives each model its own
            f"{model.__name__} {id} does not exist"
        )
    return _made(model, connection, found)


def _made(model: type[Row], connection: Any, found: Sequence[Any]) -> Row:
    reading, values = _reading(model), list(found)
    for column, expression, convert in reading.conversions:
        values[column] = convert(values[column], expression, connection)
    row: Row = model.from_db(model._meta.app_label, reading.names, values)
    return row


def update(*rows: models.Model, fields: Sequence[str]) -> int:
    """Write these fields of rows of one model, all together; returns how many of them are there."""
    if not rows:
        return 0
    model, names = type(rows[0]), tuple(fields)
    document = changes(*rows, fields=(model._meta.pk.name, *names))
    count: int = ask(model._meta.app_label, _update_statement(model, names), [document]).rowcount
    return count


def changes(*rows: models.Model, fields: Sequence[str]) -> str:
    """The document that `change_of` reads."""
    return _document(rows, _fields(type(rows[0]), tuple(fields)), adding=False)


@cache
def assignments(model: type[models.Model], names: tuple[str, ...]) -> str:
    """`"column" = new."column", …` for an UPDATE."""
    columns = [_quoted(model, field.column) for field in _fields(model, names)]
    return ", ".join(f"{column} = new.{column}" for column in columns)


@cache
def change_of(model: type[models.Model], names: tuple[str, ...], parameter: str) -> str:
    """What the UPDATE takes `new` from: the document given by that parameter."""
    connection = connections[model._meta.app_label]
    columns = ", ".join(
        f"{_quoted(model, field.column)} {field.db_type(connection)}" for field in _fields(model, names)
    )
    return f"json_to_recordset({parameter}::json) AS new({columns})"


def insert(*rows: models.Model, unless_taken: tuple[str, ...] = ()) -> int:
    """Insert new rows of one model, all together; returns how many. A row whose values of the unique fields
    `unless_taken` (BY_ANY: whichever are) are there already, or come to be by another's commit, is left out.
    What the database numbers itself stays unknown."""
    if not rows:
        return 0
    model = type(rows[0])
    statement = insertion(model, "rows", unless_taken)
    count: int = ask(model._meta.app_label, statement, {"rows": document(rows)}).rowcount
    are_stored(rows)
    return count


def are_stored(rows: Iterable[models.Model]) -> None:
    """Django is told what it did not do itself."""
    for row in rows:
        row._state.adding, row._state.db = False, row._meta.app_label


def document(rows: Sequence[models.Model]) -> str:
    """Rows as one JSON parameter: dumping an array for each column costs several times more."""
    return _document(rows, _inserted(type(rows[0])), adding=True)


def _document(rows: Sequence[models.Model], fields: Sequence[Any], *, adding: bool) -> str:
    return msgspec.json.encode(
        [{field.column: _carried(field, field.pre_save(row, adding)) for field in fields} for row in rows]
    ).decode()


def _carried(field: Any, value: Any) -> Any:
    """A value as JSON carries it. Django's own go as they are, but for bytes and for numbers that JSON has
    no form for; a field of our own may store its value otherwise than it is said."""
    if not type(field).__module__.startswith("django."):
        value = field.get_db_prep_save(value, connections[field.model._meta.app_label])
    if isinstance(value, (bytes, memoryview)):
        return f"\\x{bytes(value).hex()}"
    return str(value) if isinstance(value, float) and not isfinite(value) else value


@cache
def _inserted(model: type[models.Model]) -> list[Any]:
    return [
        _checked(field) for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)
    ]


@cache
def _fields(model: type[models.Model], names: tuple[str, ...]) -> list[Any]:
    return [_checked(model._meta.get_field(name)) for name in names]


def _checked(field: Any) -> Any:
    """What a document would store otherwise than the ORM does, or not at all, is refused: JSON by an encoder
    of its own, and lengths of time, which the two sides write differently."""
    if isinstance(field, models.DurationField) or getattr(field, "encoder", None) is not None:
        raise TypeError(f"{field.model.__name__}.{field.name} cannot go as JSON: write it with the ORM")
    return field


@cache
def _reading(model: type[models.Model]) -> _Reading:
    fields = model._meta.concrete_fields
    connection = connections[model._meta.app_label]
    conversions = []
    for number, field in enumerate(fields):
        expression = field.get_col(model._meta.db_table)
        for convert in (*connection.ops.get_db_converters(expression), *field.get_db_converters(connection)):
            conversions.append((number, expression, convert))
    return _Reading([field.attname for field in fields], conversions)


@cache
def _find_statement(model: type[models.Model], names: tuple[str, ...], several: tuple[bool, ...]) -> str:
    conditions = " AND ".join(
        f"{_quoted(model, field.column)} = {'ANY(%s)' if one_of else '%s'}"
        for field, one_of in zip(_fields(model, names), several, strict=True)
    )
    return f"{_all_rows(model)} WHERE {conditions}"


@cache
def _get_statement(model: type[models.Model]) -> str:
    return f"{_all_rows(model)} WHERE {_key(model)} = %s"


def _all_rows(model: type[models.Model]) -> str:
    columns = ", ".join(_quoted(model, field.column) for field in model._meta.concrete_fields)
    return f"SELECT {columns} FROM {_table(model)}"


@cache
def _lock_statement(model: type[models.Model]) -> str:
    return f"{_get_statement(model)} FOR NO KEY UPDATE"


@cache
def _update_statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    new = change_of(model, (model._meta.pk.name, *names), "%s")
    where = f"old.{_key(model)} = new.{_key(model)}"
    return f"UPDATE {_table(model)} AS old SET {assignments(model, names)} FROM {new} WHERE {where}"


@cache
def insertion(
    model: type[models.Model],
    name: str,
    unless_taken: tuple[str, ...] = (),
    computed: tuple[tuple[str, str], ...] = (),
) -> str:
    """INSERT of the rows in the `document` given by that name; `computed` columns come from an expression."""
    expressions = dict(computed)
    fields = [field.column for field in _inserted(model)]
    columns = ", ".join(_quoted(model, column) for column in fields)
    values = ", ".join(expressions.get(column, _quoted(model, column)) for column in fields)
    conflict = ""
    if unless_taken == BY_ANY:
        conflict = " ON CONFLICT DO NOTHING"
    elif unless_taken:
        unique = ", ".join(_quoted(model, field.column) for field in _fields(model, unless_taken))
        conflict = f" ON CONFLICT ({unique}) DO NOTHING"
    rows = f"json_populate_recordset(NULL::{_table(model)}, %({name})s::json)"
    return f"INSERT INTO {_table(model)} ({columns}) SELECT {values} FROM {rows}{conflict}"


def _table(model: type[models.Model]) -> str:
    return _quoted(model, model._meta.db_table)


def _key(model: type[models.Model]) -> str:
    return _quoted(model, model._meta.pk.column)


def _quoted(model: type[models.Model], name: Any) -> str:
    return str(connections[model._meta.app_label].ops.quote_name(name))
