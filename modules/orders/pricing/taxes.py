"""Taxes: contained in the price or on top of it, rounded once for each rate and liable party."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from modules.orders.interface import ComponentKind, Party, PriceComponent
from modules.orders.pricing.bill import Component
from modules.orders.pricing.terms import UNTAXED, Terms
from tiffin.money import Money

_Group = tuple[Decimal, Party]


def with_taxes(terms: Terms, bill: tuple[Component, ...]) -> tuple[PriceComponent, ...]:
    """Give each component its tax; where prices do not include it, add one component of kind TAX a group.

    Each group (rate, liable party) is rounded once, half up, as invoices are; its components carry parts of
    that amount which sum to it exactly.
    """
    running: dict[_Group, int] = defaultdict(int)
    rounded: dict[_Group, int] = defaultdict(int)
    taxed: list[PriceComponent] = []
    for component in bill:
        rate = terms.rate_of(component.tax_category)
        group = (rate.rate, rate.liable or component.party)
        running[group] += component.amount
        until_here = _tax(running[group], rate.rate, contained=terms.prices_include_tax)
        tax, rounded[group] = until_here - rounded[group], until_here
        taxed.append(_priced(component, group, tax, terms.currency))
    if not terms.prices_include_tax:
        taxed.extend(_on_top(group, tax, terms.currency) for group, tax in rounded.items() if tax)
    return tuple(taxed)


def _tax(amount: int, rate: Decimal, *, contained: bool) -> int:
    exact = amount * rate / (1 + rate) if contained else amount * rate
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _priced(component: Component, group: _Group, tax: int, currency: str) -> PriceComponent:
    rate, liable = group
    return PriceComponent(
        kind=component.kind,
        code=component.code,
        label=component.label,
        amount=Money(amount=component.amount, currency=currency),
        tax_category=component.tax_category,
        tax_rate=rate.normalize(),
        tax=Money(amount=tax, currency=currency),
        liable=liable,
        line=component.line,
    )


def _on_top(group: _Group, tax: int, currency: str) -> PriceComponent:
    rate, liable = group
    return PriceComponent(
        kind=ComponentKind.TAX,
        code="tax",
        label=f"Tax {rate * 100:f} %",
        amount=Money(amount=tax, currency=currency),
        tax_category=UNTAXED,
        tax_rate=rate.normalize(),
        tax=Money.zero(currency),
        liable=liable,
    )
