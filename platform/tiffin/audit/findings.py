"""What an audit says: how many things it looked at, and one line for each that is not as it must be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tiffin.dto import DTO

# More are counted and not listed: whoever reads a thousand lines knows enough.
MOST_LISTED = 1000


class Finding(DTO):
    """Something broken: which invariant, where, the key of what it concerns (if any), in words for staff."""

    invariant: str
    module: str
    key: str
    problem: str


class Check(DTO):
    """One invariant, looked at in one module. `broken` counts every finding, `findings` lists the first
    thousand; `note` says what was left out, and why that is nothing to worry about."""

    invariant: str
    module: str
    looked_at: int
    broken: int
    findings: tuple[Finding, ...]
    note: str = ""


Progress = Callable[["Inspection"], None]


class Inspection:
    """A check under way: counts what is looked at, collects what is found; `progress` hears of each page."""

    def __init__(self, invariant: str, module: str, progress: Progress | None = None) -> None:
        self.invariant = invariant
        self.module = module
        self.looked_at = 0
        self.broken = 0
        self.note = ""
        self._findings: list[Finding] = []
        self._progress = progress

    def looked(self, count: int) -> None:
        self.looked_at += count
        if self._progress is not None:
            self._progress(self)

    def find(self, key: object, problem: str) -> None:
        """Something is broken; `key` is empty when it concerns the module as a whole."""
        self.broken += 1
        if len(self._findings) < MOST_LISTED:
            self._findings.append(
                Finding(invariant=self.invariant, module=self.module, key=str(key), problem=problem)
            )

    def find_more(self, count: int) -> None:
        """So many more are broken that are not worth a line each."""
        self.broken += count

    def result(self) -> Check:
        return Check(
            invariant=self.invariant,
            module=self.module,
            looked_at=self.looked_at,
            broken=self.broken,
            findings=tuple(self._findings),
            note=self.note,
        )


def second(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def last_line(cause: str) -> str:
    """What a kept traceback comes to."""
    lines = cause.strip().splitlines()
    return lines[-1] if lines else "no cause was kept"
