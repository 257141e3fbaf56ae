"""Flags and experiments for every module. What a module reads flags by is `tiffin.flags`; this is what stands
behind it."""

from __future__ import annotations

from datetime import datetime

from modules.experiments.interface.kinds import ExperimentState, StopReason, Unit
from tiffin.dto import DTO
from tiffin.interfaces import CommandKey, Interface, command, query

__all__ = [
    "MOST_EXPOSURES",
    "MOST_UNITS",
    "ExperimentState",
    "Experiments",
    "Exposed",
    "Given",
    "Published",
    "StopReason",
    "Unit",
]

MOST_EXPOSURES = 500
MOST_UNITS = 100


class Published(DTO):
    """All flags as of `revision`. `payload` is GrowthBook's SDK payload as JSON (`features`, `savedGroups`);
    None where nothing is newer than what is known. Of the experiments in `sticky` buckets have changed since
    they began: whoever was given something before keeps it. Those in `holdouts` hold people out."""

    revision: int
    payload: str | None
    sticky: tuple[str, ...] = ()
    holdouts: tuple[str, ...] = ()


class Exposed(DTO):
    """Somebody was given a variation and noticed. `phase` counts the times the experiment was begun anew;
    `attribute` is what kind of id `unit` is."""

    experiment: str
    phase: int
    variation: str
    attribute: str
    unit: str
    region: str
    at: datetime


class Given(DTO):
    """What somebody was given first, by `experiment__phase` the key of the variation."""

    unit: str
    assignments: dict[str, str]


class Experiments(Interface, module="experiments", version=1):
    """Which flags there are, and who is part of experiments."""

    @query(timeout=1.0)
    def definitions(self, *, known: int) -> Published:
        """What is newer than the revision that is known (0: everything)."""
        ...

    @query(timeout=0.3)
    def given_before(self, *, units: list[str]) -> list[Given]:
        """What these were given in experiments whose buckets have changed; at most MOST_UNITS are looked at.
        Whoever is not in the answer was given nothing."""
        ...

    @command(timeout=2.0)
    def expose(self, *, key: CommandKey, exposures: list[Exposed]) -> int:
        """These take part in experiments, MOST_EXPOSURES at once. Each is written down once, however often it
        is told; how many were new. What is said of experiments that there are not is passed over."""
        ...
