"""Small numbers for names, for columns to hold."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

from modules.ads.engine.columns import NONE

N = TypeVar("N", bound=Hashable)


class Names(Generic[N]):
    """Each name has the number of its first coming, for as long as the process lives."""

    def __init__(self) -> None:
        self._numbers: dict[N, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, name: N) -> int:
        """Of a name that may be new. For whoever fills columns, and nobody else."""
        return self._numbers.setdefault(name, len(self._numbers))

    def known(self, name: N) -> int:
        """NONE for a name that never came."""
        return self._numbers.get(name, NONE)


class Places(Generic[N]):
    """Rows for things that come and go: a row that is given back is taken again."""

    def __init__(self) -> None:
        self.rows: dict[N, int] = {}
        self._free: list[int] = []

    def take(self, name: N) -> int:
        """Its row, or a free one."""
        if name not in self.rows:
            self.rows[name] = self._free.pop() if self._free else len(self.rows)
        return self.rows[name]

    def give_back(self, name: N) -> None:
        self._free.append(self.rows.pop(name))
