"""Which conditions mean something: GrowthBook's language, as its SDK reads it in this process. What the SDK
does not know matches nobody, and nobody hears of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

MOST_LEVELS = 20
LISTS = ("$and", "$or", "$nor")
# Beside attributes; `$not` stands under one, too.
BESIDE = (*LISTS, "$not", "$savedGroup")
TYPES = ("string", "number", "boolean", "array", "object", "null")


class Senseless(Exception):
    """Why something is no condition, for whoever wrote it."""


def require_meaning(condition: Any) -> None:
    """Raises Senseless."""
    if _levels_exceed(condition, MOST_LEVELS):
        raise Senseless(f"A condition has at most {MOST_LEVELS} levels.")
    _condition(condition, "A condition")


def _levels_exceed(condition: Any, most: int) -> bool:
    """Asked first, level by level: the rest, and the SDK, ask by calling themselves."""
    level = [condition]
    for _ in range(most):
        level = [part for each in level for part in _parts(each)]
    return any(isinstance(each, dict | list) for each in level)


def _parts(of: Any) -> Collection[Any]:
    return of.values() if isinstance(of, dict) else of if isinstance(of, list) else ()


def _condition(condition: Any, name: str) -> None:
    if not isinstance(condition, dict):
        raise Senseless(f'{name} is an object such as {{"region": "gb"}}.')
    for key, value in condition.items():
        if key in LISTS:
            for each in _list(key, value):
                _condition(each, f"Each of {key}")
        elif key == "$not":
            _condition(value, "What $not denies")
        elif key == "$savedGroup":
            _saved_group(value)
        elif key in OPERATORS:
            raise Senseless(f"{key} stands under an attribute, not beside one.")
        elif key.startswith("$"):
            raise Senseless(_unknown(key, BESIDE))
        else:
            _value(value)


def _value(value: Any) -> None:
    """What an attribute is held against: operators, or what it is to be."""
    if not isinstance(value, dict) or not any(key.startswith("$") for key in value):
        _literal(value)
        return
    for operator, operand in value.items():
        if operator in OPERATORS:
            OPERATORS[operator](operator, operand)
        elif operator in BESIDE:
            raise Senseless(f"{operator} stands beside attributes, not under one.")
        elif operator.startswith("$"):
            raise Senseless(_unknown(operator, tuple(OPERATORS)))
        else:
            raise Senseless(f"Beside an operator there are only operators: {operator} is none.")


def _literal(value: Any) -> None:
    """Operators inside of what something is to be are read as a part of that."""
    operators = [key for key in value if key.startswith("$")] if isinstance(value, dict) else []
    if operators:
        raise Senseless(f"{operators[0]} stands right under an attribute; write a.b for a part of it.")
    for each in _parts(value):
        _literal(each)


def _unknown(operator: str, known: tuple[str, ...]) -> str:
    return f"There is no operator {operator} here; there are {', '.join(known)}."


def _list(operator: str, operand: Any) -> list[Any]:
    if not isinstance(operand, list):
        raise Senseless(f"{operator} takes a list.")
    return operand


def _saved_group(operand: Any) -> None:
    if not isinstance(operand, dict) or not isinstance(operand.get("id"), str):
        raise Senseless('$savedGroup takes the group\'s id: {"id": "grp_…"}.')
    if not isinstance(operand.get("attributeKey", ""), str):
        raise Senseless("The attributeKey of a $savedGroup is an attribute's name.")


# --- what each operator takes -------------------------------------------------------------------------


def _one(operator: str, operand: Any) -> None:
    if isinstance(operand, dict | list):
        raise Senseless(f"{operator} takes a text, a number, true, false or null.")


def _ordered(operator: str, operand: Any) -> None:
    if isinstance(operand, bool) or not isinstance(operand, str | int | float):
        raise Senseless(f"{operator} takes a text or a number.")


def _text(operator: str, operand: Any) -> None:
    if not isinstance(operand, str):
        raise Senseless(f"{operator} takes a text.")


def _pattern(operator: str, operand: Any) -> None:
    _text(operator, operand)
    try:
        re.compile(operand)
    except (re.error, OverflowError, RecursionError) as error:
        raise Senseless(f"{operator} takes a regular expression, which this is not: {error}.") from None


def _several(operator: str, operand: Any) -> None:
    for each in _list(operator, operand):
        if isinstance(each, dict | list):
            raise Senseless(f"{operator} takes a list of texts, numbers, true, false or null.")


def _all(operator: str, operand: Any) -> None:
    for each in _list(operator, operand):
        _value(each)


def _size(operator: str, operand: Any) -> None:
    if isinstance(operand, dict):
        _value(operand)
    elif isinstance(operand, bool) or not isinstance(operand, int):
        raise Senseless(f'{operator} takes a whole number, or operators: {{"$gt": 2}}.')


def _element(operator: str, operand: Any) -> None:
    """Operators on each element, or a condition on its parts."""
    if not isinstance(operand, dict):
        raise Senseless(f"{operator} takes operators or a condition.")
    if all(key in OPERATORS for key in operand):
        _value(operand)
    else:
        _condition(operand, operator)


def _not(operator: str, operand: Any) -> None:
    _value(operand)


def _exists(operator: str, operand: Any) -> None:
    if not isinstance(operand, bool):
        raise Senseless(f"{operator} takes true or false.")


def _type(operator: str, operand: Any) -> None:
    if operand not in TYPES:
        raise Senseless(f"{operator} takes one of {', '.join(TYPES)}.")


_TAKES: dict[Callable[[str, Any], None], tuple[str, ...]] = {
    _one: ("$eq", "$ne"),
    _ordered: ("$lt", "$lte", "$gt", "$gte", "$veq", "$vne", "$vlt", "$vlte", "$vgt", "$vgte"),
    _several: ("$in", "$nin", "$ini", "$nini"),
    _pattern: ("$regex", "$regexi", "$notRegex", "$notRegexi"),
    _text: ("$inGroup", "$notInGroup"),
    _all: ("$all", "$alli"),
    _size: ("$size",),
    _element: ("$elemMatch",),
    _exists: ("$exists",),
    _type: ("$type",),
    _not: ("$not",),
}
OPERATORS: Mapping[str, Callable[[str, Any], None]] = MappingProxyType(
    {name: takes for takes, names in _TAKES.items() for name in names}
)
