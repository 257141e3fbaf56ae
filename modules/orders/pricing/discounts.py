"""Taking a discount off a bill: allocated to the unit over what it is off, so that taxes shrink with it."""

from __future__ import annotations

from modules.orders.interface import ComponentKind, Party
from modules.orders.pricing.bill import Bill, Component
from tiffin.dto import DTO
from tiffin.money import allocate

DISHES = frozenset({ComponentKind.ITEM, ComponentKind.OPTION})


class Discount(DTO):
    """Something that makes the bill smaller: at most `amount` minor units off components of the kinds `off`,
    of these `lines` or, without any, of all. `code` says what granted it."""

    code: str
    label: str
    amount: int
    off: frozenset[ComponentKind] = DISHES
    lines: tuple[int, ...] = ()
    funded_by: Party = Party.PLATFORM
    explanation: str = ""

    def is_off(self, component: Component) -> bool:
        return component.kind in self.off and (not self.lines or component.line in self.lines)


def take_off(discounts: tuple[Discount, ...], kind: ComponentKind, bill: Bill) -> Bill:
    """The components that the discounts add, one after the other, each of what the ones before have left:
    nothing falls below nothing."""
    added: Bill = ()
    for discount in discounts:
        added += _take_off(discount, kind, bill + added)
    return added


def left_of(discount: Discount, bill: Bill) -> int:
    """What is left of all that the discount is off, in minor units."""
    return sum(_weights(discount, bill).values())


def saved_by(added: Bill) -> int:
    """By how much these components reduce the bill."""
    return -sum(component.amount for component in added)


def _take_off(discount: Discount, kind: ComponentKind, bill: Bill) -> Bill:
    weights = _weights(discount, bill)
    amount = min(discount.amount, sum(weights.values()))
    if amount <= 0:
        return ()
    shares = allocate(amount, list(weights.values()))
    return tuple(
        Component(
            kind=kind,
            code=discount.code,
            label=discount.label,
            amount=-share,
            tax_category=tax_category,
            party=party,
            line=line,
            funded_by=discount.funded_by,
            explanation=discount.explanation,
        )
        for (party, line, tax_category), share in zip(weights, shares, strict=True)
        if share
    )


def _weights(discount: Discount, bill: Bill) -> dict[tuple[Party, int | None, str], int]:
    pots = dict.fromkeys((component.pot for component in bill if discount.is_off(component)), 0)
    for component in bill:
        if component.pot in pots:
            pots[component.pot] += component.amount
    return pots
