"""The pipeline: items and options, promotions, fees, benefits, points, tip, then taxes over all of it."""

from __future__ import annotations

from modules.orders.interface import Price
from modules.orders.pricing.bill import Component
from modules.orders.pricing.steps import STEPS
from modules.orders.pricing.taxes import with_taxes
from modules.orders.pricing.terms import Terms
from tiffin.money import Money


def price(terms: Terms) -> Price:
    """The whole bill. Its components sum to its total to the unit, and it is never below nothing."""
    bill: tuple[Component, ...] = ()
    for step in STEPS:
        bill += step(terms, bill)
    components = with_taxes(terms, bill)
    return Price(
        components=components,
        subtotal=Money(amount=terms.subtotal, currency=terms.currency),
        tax=Money(amount=sum(component.tax.amount for component in components), currency=terms.currency),
        total=Money(amount=sum(component.amount.amount for component in components), currency=terms.currency),
        includes_tax=terms.prices_include_tax,
    )
