"""Which flights concern an address, a city, a search: found, not looked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

import numpy as np

from modules.ads.engine.columns import Rows

_NOTHING: Rows = np.zeros(0, np.int32)
# Apart from a city's restaurants, of which an address wants only those that deliver there.
_WHOLE = "whole"


class Ground(NamedTuple):
    """Where a flight may be shown: in these squares, and to whom has said no more than one of these cities;
    all over the cities of `whole`; `anywhere` in its region."""

    region: int
    cells: tuple[int, ...] = ()
    cities: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    anywhere: bool = False


class Index:
    """Rows by where they are shown and by the words that find them. Whoever reads gets an array that never
    changes; one thread writes."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, Rows] = {}
        self._loading: dict[Hashable, list[int]] | None = None

    def at(self, region: int, cell: int, city: str) -> Rows:
        """Rows of flights that may be shown at an address there, in that city ("": nobody knows which)."""
        return self._joined((region, cell), (region, city, _WHOLE), (region, None))

    def within(self, region: int, city: str) -> Rows:
        """Rows of flights for somebody who has said no more than a city, or nothing ("")."""
        return self._joined((region, city), (region, city, _WHOLE), (region, None))

    def saying(self, words: Iterable[str]) -> Rows:
        """Rows of flights that one of these words finds, in order."""
        found = [rows for word in words if (rows := self._rows.get(word)) is not None]
        return np.unique(np.concatenate(found)) if found else _NOTHING

    def load(self) -> None:
        """Many rows come now: they are put in order when `loaded` is called."""
        self._loading = defaultdict(list)

    def loaded(self) -> None:
        for key, rows in (self._loading or {}).items():
            old = self._rows.get(key, _NOTHING)
            self._rows[key] = np.concatenate([old, np.array(rows, np.int32)])
        self._loading = None

    def add(self, row: int, ground: Ground, words: Iterable[str]) -> None:
        for key in _keys(ground, words):
            if self._loading is not None:
                self._loading[key].append(row)
            else:
                self._rows[key] = np.append(self._rows.get(key, _NOTHING), np.int32(row))

    def remove(self, row: int, ground: Ground, words: Iterable[str]) -> None:
        for key in _keys(ground, words):
            left = self._rows.get(key, _NOTHING)
            left = left[left != row]
            if len(left):
                self._rows[key] = left
            else:
                self._rows.pop(key, None)

    def _joined(self, *keys: Hashable) -> Rows:
        found = [rows for key in keys if (rows := self._rows.get(key)) is not None]
        if len(found) == 1:
            return found[0]
        return np.concatenate(found) if found else _NOTHING


def _keys(ground: Ground, words: Iterable[str]) -> Iterable[Hashable]:
    yield from ((ground.region, cell) for cell in ground.cells)
    yield from ((ground.region, city) for city in ground.cities)
    yield from ((ground.region, city, _WHOLE) for city in ground.whole)
    if ground.anywhere:
        yield (ground.region, None)
    yield from set(words)
