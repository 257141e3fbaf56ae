"""What a region decides about experiments: rows of its `region.toml`.

experiments.exclusions    what may not be experimented with there
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tiffin.dto import DTO
from tiffin.regions import Region


class Exclusion(DTO):
    """A row of `experiments.exclusions`: nobody there is part of an experiment on a flag whose key begins
    with `prefix`. `why` is told to staff."""

    prefix: str
    why: str


def exclusions(region: Region, *, on: date) -> list[Exclusion]:
    return region.rules("experiments.exclusions", Exclusion, on=on)


def is_excluded(key: str, rows: Iterable[Exclusion]) -> bool:
    return any(key.startswith(row.prefix) for row in rows)
