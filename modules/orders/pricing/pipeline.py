"""The pipeline: items and options, fees, promotions, benefits, points, tip, then taxes over all of it, and
what is given on top."""

from __future__ import annotations

import msgspec

from modules.orders.interface import ComponentKind, Party, Price, PriceComponent
from modules.orders.pricing.bill import Bill
from modules.orders.pricing.discounts import saved_by
from modules.orders.pricing.promotions import Promotion
from modules.orders.pricing.stacking import apply
from modules.orders.pricing.steps import STEPS
from modules.orders.pricing.taxes import with_taxes
from modules.orders.pricing.terms import UNTAXED, Terms
from tiffin.money import minor_units


def bill_of(terms: Terms) -> Bill:
    """The bill before its taxes."""
    bill: Bill = ()
    for step in STEPS:
        bill += step(terms, bill)
    return bill


def price(terms: Terms) -> Price:
    """The whole bill. Its components sum to its total to the unit, and it is never below nothing."""
    components = with_taxes(terms, bill_of(terms))
    components += _donation(terms, sum(component.amount.amount for component in components))
    components += _rounding(terms, sum(component.amount.amount for component in components))
    return Price(
        components=components,
        subtotal=terms.money(terms.subtotal),
        tax=terms.money(sum(component.tax.amount for component in components)),
        total=terms.money(sum(component.amount.amount for component in components)),
        includes_tax=terms.prices_include_tax,
    )


def saves_alone(promotion: Promotion, terms: Terms) -> bool:
    """Whether it would take something off if the basket got no other promotion."""
    bill = bill_of(msgspec.structs.replace(terms, promotions=(), points=None))
    return saved_by(apply(promotion, terms, bill)) > 0


def _rounding(terms: Terms, total: int) -> tuple[PriceComponent, ...]:
    """What makes the total a multiple of what the region rounds to, half up."""
    whole = (2 * total + terms.rounding) // (2 * terms.rounding) * terms.rounding
    if whole == total:
        return ()
    why = f"to a multiple of {terms.money(terms.rounding)}"
    return (_untaxed(terms, ComponentKind.ROUNDING, whole - total, Party.PLATFORM, why),)


def _donation(terms: Terms, total: int) -> tuple[PriceComponent, ...]:
    """What the customer gives to a charity; nothing when the total is whole already."""
    given, why = terms.donation, ""
    if terms.rounds_up:
        given = -total % 10 ** minor_units(terms.currency)
        why = f"rounded up to {terms.money(total + given)}"
    if not given:
        return ()
    return (_untaxed(terms, ComponentKind.DONATION, given, Party.CHARITY, why),)


def _untaxed(terms: Terms, kind: ComponentKind, amount: int, party: Party, why: str) -> PriceComponent:
    (rate,) = terms.rates_of(UNTAXED)
    return PriceComponent(
        kind=kind,
        code=kind.value,
        label=kind.value.capitalize(),
        amount=terms.money(amount),
        tax_category=UNTAXED,
        tax_rate=rate.rate,
        tax=terms.money(0),
        liable=party,
        party=party,
        explanation=why,
    )
