"""What subscriptions offers."""

from __future__ import annotations

from modules.subscriptions.interface.benefits import (
    Basket,
    Benefit,
    BenefitAnswer,
    BenefitKind,
    Refusal,
    evaluate,
)
from modules.subscriptions.interface.catalogue import Phase, PhaseKind, PlanView
from tiffin.interfaces import Interface, query
from tiffin.regions import UnknownRegion

__all__ = [
    "Basket",
    "Benefit",
    "BenefitAnswer",
    "BenefitKind",
    "Phase",
    "PhaseKind",
    "PlanView",
    "Refusal",
    "Subscriptions",
    "evaluate",
]


class Subscriptions(Interface, module="subscriptions", version=1):
    """Memberships that make ordering cheaper."""

    @query(timeout=0.5, errors=(UnknownRegion,))
    def plans(self, *, region: str) -> list[PlanView]:
        """Those that can be joined there now, the one that brings least first."""
        ...
