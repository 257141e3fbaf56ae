"""What of a bill is kept when an order is stopped, and what goes back: together they are what was paid."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec

from modules.orders.interface import ComponentKind, Party, Price, PriceComponent
from modules.orders.policies import Keepable
from modules.orders.pricing.refunding import Pot, RefundPart, in_points_of, part_of, pots_of, total_of
from modules.orders.pricing.terms import UNTAXED
from tiffin.dto import DTO
from tiffin.money import allocate

_FEES = {
    ComponentKind.DELIVERY_FEE: Keepable.DELIVERY_FEE,
    ComponentKind.SERVICE_FEE: Keepable.SERVICE_FEES,
    ComponentKind.SMALL_ORDER_FEE: Keepable.SERVICE_FEES,
    ComponentKind.TIP: Keepable.TIP,
}


class Split(DTO):
    """A bill in two: pot by pot what is kept and what goes back, and what each comes to in minor units. The
    rounding of the total is a part of its own."""

    kept: tuple[RefundPart, ...]
    back: tuple[RefundPart, ...]
    kept_total: int
    back_total: int


def split(price: Price, shares: Mapping[Keepable, Decimal]) -> Split:
    """Keep these shares of `price`, each from 0 to 1. Fractions of a unit go back."""
    kept, back = [], []
    for pot, components in pots_of(price).items():
        fraction = _share(pot, components, shares)
        amount = sum(component.amount.amount for component in components)
        tax = sum(component.tax.amount for component in components)
        keeping = part_of(pot, components[0], int(amount * fraction), int(tax * fraction))
        kept.append(keeping)
        back.append(msgspec.structs.replace(keeping, amount=amount - keeping.amount, tax=tax - keeping.tax))
    rounding = price.total.amount - total_of((*kept, *back), includes_tax=price.includes_tax)
    goes_back = total_of(back, includes_tax=price.includes_tax)
    # Rounding goes with what goes back, as far as there is as much; with nothing back it is kept.
    rounding_back = max(rounding, -goes_back) if goes_back else 0
    kept.append(_rounded(rounding - rounding_back))
    back.append(_rounded(rounding_back))
    return _split(kept, back, includes_tax=price.includes_tax)


def credited(price: Price, shares: Mapping[Keepable, Decimal]) -> tuple[RefundPart, ...]:
    """These shares of `price` as they were paid: what `split` keeps of the money, and what points paid."""
    parts = {part.pot: part for part in split(price, shares).kept}
    for pot, components in pots_of(price).items():
        if in_points := int(in_points_of(components) * _share(pot, components, shares)):
            alone = part_of(pot, components[0], 0, 0)
            part = parts.get(alone.pot, alone)
            parts[part.pot] = msgspec.structs.replace(part, in_points=part.in_points + in_points)
    return tuple(parts.values())


def off_dishes(price: Price, amount: int) -> tuple[RefundPart, ...]:
    """`amount` minor units of what was paid for the dishes, of each its part; at most all of it."""
    dishes = [(pot, components) for pot, components in pots_of(price).items() if pot.line is not None]
    taxes = [sum(component.tax.amount for component in components) for _, components in dishes]
    paid = [sum(component.amount.amount for component in components) for _, components in dishes]
    gross = paid if price.includes_tax else [net + tax for net, tax in zip(paid, taxes, strict=True)]
    if not any(gross):
        return ()
    parts = []
    shares = allocate(min(amount, sum(gross)), gross)
    for (pot, components), share, whole, tax in zip(dishes, shares, gross, taxes, strict=True):
        if share:
            off = tax * share // whole
            parts.append(part_of(pot, components[0], share if price.includes_tax else share - off, off))
    return tuple(parts)


def _split(kept: list[RefundPart], back: list[RefundPart], *, includes_tax: bool) -> Split:
    return Split(
        kept=tuple(part for part in kept if part.amount or part.tax),
        back=tuple(part for part in back if part.amount or part.tax),
        kept_total=total_of(kept, includes_tax=includes_tax),
        back_total=total_of(back, includes_tax=includes_tax),
    )


def _share(pot: Pot, components: list[PriceComponent], shares: Mapping[Keepable, Decimal]) -> Fraction:
    what = _what(pot, {each.kind for each in components if each.amount.amount > 0})
    return Fraction(shares.get(what, 0)) if what else Fraction(0)


def _what(pot: Pot, charged: set[ComponentKind]) -> Keepable | None:
    if pot.line is not None:
        return Keepable.DISHES
    return next((_FEES[kind] for kind in ComponentKind if kind in charged and kind in _FEES), None)


def _rounded(amount: int) -> RefundPart:
    return RefundPart(
        label="Rounding",
        amount=amount,
        tax=0,
        tax_category=UNTAXED,
        tax_rate=Decimal(0),
        party=Party.PLATFORM,
        liable=Party.PLATFORM,
    )
