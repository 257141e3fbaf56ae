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


def excluding(key: str, rows: Iterable[Exclusion]) -> Exclusion | None:
    """The row by which nobody is experimented with on that flag; None: there is none."""
    return next((row for row in rows if key.startswith(row.prefix)), None)
