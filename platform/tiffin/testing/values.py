"""Values of whatever may cross a wall: hypothesis strategies read off the types.

`values(type)` makes everything that a reader of `type` must accept, within what its bytes can carry.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from msgspec import inspect as shapes

# A list of a few says as much as one of many, and structs may hold each other.
MOST_ITEMS = 2
LARGEST_INTEGER = 2**63 - 1
LONGEST = timedelta(days=10_000)
Known = dict[type, SearchStrategy[Any]]


def values(annotation: Any) -> SearchStrategy[Any]:
    """Raises TypeError for a type that cannot cross."""
    return _of(shapes.type_info(annotation), {})


def _of(shape: shapes.Type, known: Known) -> SearchStrategy[Any]:
    make = _MAKERS.get(type(shape))
    if make is None:
        raise TypeError(f"no values of {shape}")
    return make(shape, known)


def _integers(shape: shapes.IntType, known: Known) -> SearchStrategy[int]:
    least = shape.ge if shape.ge is not None else None if shape.gt is None else shape.gt + 1
    most = shape.le if shape.le is not None else None if shape.lt is None else shape.lt - 1
    return st.integers(
        -LARGEST_INTEGER if least is None else least, LARGEST_INTEGER if most is None else most
    )


def _floats(shape: shapes.FloatType, known: Known) -> SearchStrategy[float]:
    return st.floats(min_value=shape.ge, max_value=shape.le, allow_nan=False, allow_infinity=False)


def _texts(shape: shapes.StrType, known: Known) -> SearchStrategy[str]:
    if shape.pattern is not None:
        return st.from_regex(shape.pattern, fullmatch=True)
    return st.text(min_size=shape.min_length or 0, max_size=shape.max_length or 20)


def _structs(shape: shapes.StructType, known: Known) -> SearchStrategy[Any]:
    if shape.cls not in known:
        known[shape.cls] = st.deferred(lambda: built)
        fields = {field.name: _of(field.type, known) for field in shape.fields}
        built = st.builds(shape.cls, **fields)
    return known[shape.cls]


def _unions(shape: shapes.UnionType, known: Known) -> SearchStrategy[Any]:
    # Nothing comes first: that is what hypothesis shrinks to, and how a struct that holds itself ends.
    parts = sorted(shape.types, key=lambda part: not isinstance(part, shapes.NoneType))
    return st.one_of(*(_of(part, known) for part in parts))


def _collections(kind: Callable[[list[Any]], Any]) -> Callable[[Any, Known], SearchStrategy[Any]]:
    def make(shape: Any, known: Known) -> SearchStrategy[Any]:
        least = shape.min_length or 0
        return st.lists(_of(shape.item_type, known), min_size=least, max_size=max(MOST_ITEMS, least)).map(
            kind
        )

    return make


def _tuples(shape: shapes.TupleType, known: Known) -> SearchStrategy[Any]:
    return st.tuples(*(_of(part, known) for part in shape.item_types))


def _dicts(shape: shapes.DictType, known: Known) -> SearchStrategy[Any]:
    return st.dictionaries(_of(shape.key_type, known), _of(shape.value_type, known), max_size=MOST_ITEMS)


_MAKERS: dict[type[shapes.Type], Callable[[Any, Known], SearchStrategy[Any]]] = {
    shapes.NoneType: lambda shape, known: st.none(),
    shapes.BoolType: lambda shape, known: st.booleans(),
    shapes.IntType: _integers,
    shapes.FloatType: _floats,
    shapes.StrType: _texts,
    shapes.BytesType: lambda shape, known: st.binary(max_size=20),
    shapes.DateTimeType: lambda shape, known: st.datetimes(timezones=st.just(UTC)),
    shapes.DateType: lambda shape, known: st.dates(),
    shapes.TimeType: lambda shape, known: st.times(),
    shapes.TimeDeltaType: lambda shape, known: st.timedeltas(-LONGEST, LONGEST),
    shapes.UUIDType: lambda shape, known: st.uuids(),
    shapes.DecimalType: lambda shape, known: st.decimals(-1_000_000, 1_000_000, places=4),
    shapes.EnumType: lambda shape, known: st.sampled_from(list(shape.cls)),
    shapes.LiteralType: lambda shape, known: st.sampled_from(shape.values),
    shapes.Metadata: lambda shape, known: _of(shape.type, known),
    shapes.StructType: _structs,
    shapes.UnionType: _unions,
    shapes.ListType: _collections(list),
    shapes.VarTupleType: _collections(tuple),
    shapes.SetType: _collections(set),
    shapes.FrozenSetType: _collections(frozenset),
    shapes.TupleType: _tuples,
    shapes.DictType: _dicts,
}
