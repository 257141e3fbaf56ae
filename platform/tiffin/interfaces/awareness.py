"""Times are aware: a naive datetime means another moment to every reader, so none may cross.

msgspec checks this only where a type asks for it; here it holds for every `datetime` an interface names. The
check is compiled once per method and visits nothing but the places where a datetime can be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import inspect as shapes

Check = Callable[[Any], None]


class NaiveTime(ValueError):
    """A datetime without a time zone."""


def awareness_check(annotation: Any) -> Check | None:
    """What raises NaiveTime for a decoded value of `annotation`; None when it cannot hold a datetime."""
    return _compile(shapes.type_info(annotation), {})


def _check_aware(value: datetime) -> None:
    if value.tzinfo is None:
        raise NaiveTime(f"{value.isoformat()} has no time zone; times that cross are aware")


def _compile(shape: shapes.Type, known: dict[type, Check]) -> Check | None:
    while isinstance(shape, shapes.Metadata):
        shape = shape.type
    if not _reaches_time(shape, set()):
        return None
    if isinstance(shape, shapes.StructType):
        return _of_struct(shape, known)
    if isinstance(shape, shapes.UnionType):
        return _of_union(shape, known)
    if isinstance(shape, shapes.TupleType):
        return _of_tuple(shape, known)
    if isinstance(shape, shapes.DateTimeType):
        return _check_aware
    return _of_items(shape, known)


def _reaches_time(shape: shapes.Type, seen: set[type]) -> bool:
    """Whether a value of `shape` may hold a datetime that msgspec does not require to be aware."""
    if isinstance(shape, shapes.DateTimeType):
        return shape.tz is not True
    if isinstance(shape, shapes.StructType):
        if shape.cls in seen:
            return False
        seen.add(shape.cls)
    return any(_reaches_time(part, seen) for part in _parts(shape))


def _parts(shape: shapes.Type) -> Iterable[shapes.Type]:
    """The types that `shape` is made of."""
    if isinstance(shape, shapes.StructType):
        return [field.type for field in shape.fields]
    if isinstance(shape, shapes.UnionType):
        return shape.types
    if isinstance(shape, shapes.TupleType):
        return shape.item_types
    if isinstance(shape, shapes.DictType):
        return [shape.value_type]
    if isinstance(shape, shapes.Metadata):
        return [shape.type]
    item_type: shapes.Type | None = getattr(shape, "item_type", None)
    return [item_type] if item_type is not None else []


def _of_struct(shape: shapes.StructType, known: dict[type, Check]) -> Check:
    if shape.cls in known:
        return known[shape.cls]
    parts: list[tuple[str, Check]] = []

    def check(value: Any) -> None:
        for name, part in parts:
            part(getattr(value, name))

    known[shape.cls] = check  # before its fields: a menu's options have groups of options
    for field in shape.fields:
        part = _compile(field.type, known)
        if part is not None:
            parts.append((field.name, part))
    return check


def _of_union(shape: shapes.UnionType, known: dict[type, Check]) -> Check:
    parts = [(_python_type(part), _compile(part, known)) for part in shape.types]
    checks = [(cls, check) for cls, check in parts if check is not None]

    def check(value: Any) -> None:
        for cls, part in checks:
            if isinstance(value, cls):
                part(value)

    return check


def _of_items(shape: shapes.Type, known: dict[type, Check]) -> Check | None:
    (item,) = _parts(shape)
    part = _compile(item, known)
    if part is None:
        return None
    values = dict.values if isinstance(shape, shapes.DictType) else iter

    def check(value: Any) -> None:
        for each in values(value):
            part(each)

    return check


def _of_tuple(shape: shapes.TupleType, known: dict[type, Check]) -> Check:
    parts = [(index, _compile(part, known)) for index, part in enumerate(shape.item_types)]
    checks = [(index, check) for index, check in parts if check is not None]

    def check(value: Any) -> None:
        for index, part in checks:
            part(value[index])

    return check


def _python_type(shape: shapes.Type) -> type:
    if isinstance(shape, shapes.StructType):
        return shape.cls
    if isinstance(shape, shapes.DateTimeType):
        return datetime
    if isinstance(shape, shapes.DictType):
        return dict
    if isinstance(shape, shapes.VarTupleType | shapes.TupleType):
        return tuple
    if isinstance(shape, shapes.SetType):
        return set
    return frozenset if isinstance(shape, shapes.FrozenSetType) else list
