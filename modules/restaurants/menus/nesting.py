"""Groups may hold options that have groups: not in a circle, not too deep, not too many in all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

MAX_DEPTH = 6
"""Levels of modifier groups below an item: the most that Uber's format knows."""
MAX_CHOICES = 20_000
"""Options of a whole menu after nested groups are written out."""

Below = Callable[[str], Sequence[str]]


def nesting_problems(items: Iterable[tuple[str, str]], groups_of: Below, options_of: Below) -> Iterator[str]:
    """`items` are (path, id); the functions say which groups an item or option has, and which options a
    group."""
    choices = 0
    for path, item in items:
        try:
            choices += _choices_below(item, groups_of, options_of, above=())
        except _Tangled as error:
            yield f"{path}: {error}"
            return
        if choices > MAX_CHOICES:
            yield f"{path}: more than {MAX_CHOICES} options with all nested ones"
            return


class _Tangled(Exception):
    """In a circle, or too deep; the message says which group."""


def _choices_below(item: str, groups_of: Below, options_of: Below, above: tuple[str, ...]) -> int:
    total = 0
    for group in groups_of(item):
        if group in above:
            raise _Tangled(f"modifier group “{group}” contains itself")
        if len(above) >= MAX_DEPTH:
            raise _Tangled(f"nested more than {MAX_DEPTH} modifier groups deep, at “{group}”")
        for option in options_of(group):
            total += 1 + _choices_below(option, groups_of, options_of, (*above, group))
            if total > MAX_CHOICES:
                return total
    return total
