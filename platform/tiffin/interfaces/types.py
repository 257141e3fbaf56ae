"""Which types may cross a wall between modules."""

from __future__ import annotations

import inspect
from enum import Enum
from functools import cache
from typing import Any, NewType, Self

import msgspec
from msgspec import inspect as shapes

CommandKey = NewType("CommandKey", str)
"""Names one intention of a caller: the same key means "the same again", never twice."""

KEY_LENGTH = 200

_PLAIN = (
    shapes.NoneType,
    shapes.BoolType,
    shapes.IntType,
    shapes.FloatType,
    shapes.StrType,
    shapes.BytesType,
    shapes.DateTimeType,
    shapes.DateType,
    shapes.TimeType,
    shapes.TimeDeltaType,
    shapes.UUIDType,
    shapes.DecimalType,
    shapes.EnumType,
    shapes.LiteralType,
)
_MAP_KEYS = (shapes.StrType, shapes.IntType, shapes.UUIDType, shapes.EnumType, shapes.LiteralType)


def deprecated(instead: str) -> msgspec.Meta:
    """Marks a field or argument that may be gone after the next release, and says what takes its place:
    `old: Annotated[str | None, deprecated("new")] = None`. It has a default, for those who do not say it."""
    return msgspec.Meta(extra_json_schema={"deprecated": True, "x-instead": instead})


class OpenEnum(Enum):
    """An enumeration that may grow: what a reader does not know yet reads as its member UNKNOWN."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls.__members__.get("UNKNOWN")


class CannotCross(TypeError):
    """A type that bytes cannot carry, or that would let a module's inside out."""


@cache
def check_crosses(annotation: Any) -> None:
    """Raises CannotCross unless values of `annotation` can be sent and arrive as what they were."""
    try:
        shape = shapes.type_info(annotation)
    except (TypeError, NameError) as error:
        raise CannotCross(str(error)) from error
    _check(shape, set())


def _check(shape: shapes.Type, seen: set[type]) -> None:
    if isinstance(shape, shapes.Metadata):
        shape = shape.type
    if isinstance(shape, _PLAIN):
        return
    if isinstance(shape, shapes.StructType):
        _check_struct(shape, seen)
    elif isinstance(shape, shapes.UnionType):
        _check_all(shape.types, seen)
    elif isinstance(shape, shapes.ListType | shapes.VarTupleType | shapes.SetType | shapes.FrozenSetType):
        _check(shape.item_type, seen)
    elif isinstance(shape, shapes.TupleType):
        _check_all(shape.item_types, seen)
    elif isinstance(shape, shapes.DictType):
        if not isinstance(shape.key_type, _MAP_KEYS):
            raise CannotCross(f"a dict is keyed by str, int, UUID or an enum, not by {_name(shape.key_type)}")
        _check(shape.value_type, seen)
    else:
        raise CannotCross(f"{_name(shape)} cannot cross; take a DTO of plain types")


def _check_all(parts: tuple[shapes.Type, ...], seen: set[type]) -> None:
    for part in parts:
        _check(part, seen)


def _check_struct(shape: shapes.StructType, seen: set[type]) -> None:
    if shape.cls in seen:
        return
    seen.add(shape.cls)
    if not is_frozen(shape.cls):
        raise CannotCross(f"{shape.cls.__name__} can be changed; derive it from tiffin.dto.DTO")
    for parameter in inspect.signature(shape.cls).parameters.values():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            raise CannotCross(f"{shape.cls.__name__}.{parameter.name} is not keyword-only")
    for field in shape.fields:
        try:
            _check(field.type, seen)
        except CannotCross as error:
            raise CannotCross(f"{shape.cls.__name__}.{field.name}: {error}") from None


def is_frozen(cls: type[msgspec.Struct]) -> bool:
    return bool(cls.__struct_config__.frozen)


def _name(shape: shapes.Type) -> str:
    cls = getattr(shape, "cls", None)
    return cls.__name__ if cls is not None else type(shape).__name__.removesuffix("Type")
