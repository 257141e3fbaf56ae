"""A component while the bill is being made: an amount that has not met its tax yet."""

from __future__ import annotations

from modules.orders.interface import ComponentKind, Party
from tiffin.dto import DTO


class Component(DTO):
    """`amount` in minor units, negative for what reduces the bill; `party` is whose amount it is, `funded_by`
    who pays for a discount."""

    kind: ComponentKind
    code: str
    label: str
    amount: int
    tax_category: str
    party: Party
    line: int | None = None
    funded_by: Party | None = None
    explanation: str = ""

    @property
    def pot(self) -> tuple[Party, int | None, str]:
        """What shares one tax treatment, so that a discount can be allocated to it."""
        return self.party, self.line, self.tax_category


Bill = tuple[Component, ...]
