"""What of a bill goes back for some of its dishes: with the fees that go with them, and every tax."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from modules.orders.interface import ComponentKind, Party, Price, PriceComponent
from modules.orders.pricing.discounts import DISHES
from tiffin.dto import DTO

# What is charged for the order as a whole and not for a share of it: it goes back whole or not at all.
WHOLE = frozenset({ComponentKind.DELIVERY_FEE, ComponentKind.TIP, ComponentKind.DONATION})
_ON_TOP = frozenset({ComponentKind.TAX, ComponentKind.ROUNDING})


class RefundPart(DTO):
    """What goes back of one pot: the dishes of a line, or a fee, less what was discounted on it. Minor units;
    `tax` is contained in `amount` where prices include it and comes on top of it where they do not.
    `in_points` is what points paid of it: that goes back as points, besides the amount."""

    label: str
    amount: int
    tax: int
    tax_category: str
    tax_rate: Decimal
    party: Party
    liable: Party
    line: int | None = None
    in_points: int = 0

    @property
    def pot(self) -> tuple[Party, Party, int | None, str]:
        return self.party, self.liable, self.line, self.tax_category


class Pot(NamedTuple):
    """What was charged together and is given back together."""

    party: Party | None
    liable: Party
    line: int | None
    tax_category: str


def refund_parts(
    price: Price,
    quantities: Sequence[int],
    returned: Mapping[int, int],
    kinds: frozenset[ComponentKind],
) -> tuple[RefundPart, ...]:
    """What goes back in all when `returned` dishes of each line do, of `quantities` that were ordered.

    Of the fees those of `kinds` go back too: the share of what the dishes had cost, the delivery fee and the
    tip whole. For the same bill, more dishes and more kinds never give back less of anything; all of them
    give back the total but for its rounding. Fractions of a unit stay with the house until the rest returns.
    What was paid with points goes back by the same share.
    """
    pots = pots_of(price)
    share = _share(price, quantities, returned)
    parts = []
    for pot, components in pots.items():
        fraction = _fraction(pot, components, quantities, returned, kinds, share)
        amount = int(sum(component.amount.amount for component in components) * fraction)
        tax = int(sum(component.tax.amount for component in components) * fraction)
        in_points = int(in_points_of(components) * fraction)
        if amount or tax or in_points:
            parts.append(part_of(pot, components[0], amount, tax, in_points))
    return tuple(parts)


def in_points_of(components: Sequence[PriceComponent]) -> int:
    """What points paid of them, in minor units."""
    return -sum(each.amount.amount for each in components if each.kind is ComponentKind.POINTS)


def points_back(points: int, paid: int, in_points: int) -> int:
    """Of the `points` that `paid` so many minor units, those that go back when `in_points` of it do in all.
    What is rounded down goes back with the rest."""
    return points * in_points // paid if paid else 0


def total_of(parts: Sequence[RefundPart], *, includes_tax: bool) -> int:
    """What the customer gets, in minor units."""
    return sum(part.amount if includes_tax else part.amount + part.tax for part in parts)


def pots_of(price: Price) -> dict[Pot, list[PriceComponent]]:
    pots: dict[Pot, list[PriceComponent]] = {}
    for component in price.components:
        if component.kind not in _ON_TOP:
            pot = Pot(component.party, component.liable, component.line, component.tax_category)
            pots.setdefault(pot, []).append(component)
    return pots


def _share(price: Price, quantities: Sequence[int], returned: Mapping[int, int]) -> Fraction:
    """Which part of what the dishes cost goes back, before discounts."""
    whole, back = Fraction(0), Fraction(0)
    for component in price.components:
        if component.kind in DISHES and component.line is not None:
            whole += component.amount.amount
            back += component.amount.amount * _of_line(component.line, quantities, returned)
    return back / whole if whole else Fraction(0)


def _of_line(line: int, quantities: Sequence[int], returned: Mapping[int, int]) -> Fraction:
    return Fraction(min(returned.get(line, 0), quantities[line]), quantities[line])


def _fraction(
    pot: Pot,
    components: list[PriceComponent],
    quantities: Sequence[int],
    returned: Mapping[int, int],
    kinds: frozenset[ComponentKind],
    share: Fraction,
) -> Fraction:
    if pot.line is not None:
        return _of_line(pot.line, quantities, returned)
    charged = {component.kind for component in components if component.amount.amount > 0}
    if not charged & kinds:
        return Fraction(0)
    return Fraction(1) if charged & WHOLE else share


def part_of(pot: Pot, first: PriceComponent, amount: int, tax: int, in_points: int = 0) -> RefundPart:
    return RefundPart(
        label=first.label,
        amount=amount,
        tax=tax,
        tax_category=pot.tax_category,
        tax_rate=first.tax_rate,
        party=pot.party or pot.liable,
        liable=pot.liable,
        line=pot.line,
        in_points=in_points,
    )
