"""What stands behind the interface `Experiments`."""

from __future__ import annotations

from modules.experiments.interface import Experiments, Exposed, Given, Published
from modules.experiments.selectors import published
from modules.experiments.services import exposing
from tiffin.interfaces import CommandKey, provides


@provides(Experiments)
class ExperimentsProvider(Experiments):
    """Each method calls one service or selector."""

    def definitions(self, *, known: int) -> Published:
        return published.definitions(known)

    def given_before(self, *, units: list[str]) -> list[Given]:
        return published.given_before(units)

    def expose(self, *, key: CommandKey, exposures: list[Exposed]) -> int:
        return exposing.expose(exposures)
