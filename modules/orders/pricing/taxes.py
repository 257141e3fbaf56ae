"""Taxes: contained in the price or on top of it, rounded once for each rate and liable party."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from modules.orders.interface import ComponentKind, Party, PriceComponent
from modules.orders.pricing.bill import Bill, Component
from modules.orders.pricing.terms import UNTAXED, Terms
from tiffin.money import Money, allocate

# Rates are compared to the hundred-millionth when a tax is split over the areas that ask for it.
_PARTS = 10**8


class _Levy(NamedTuple):
    """What one area asks for."""

    area: str
    rate: Decimal
    liable: Party


_Group = tuple[_Levy, ...]


def with_taxes(terms: Terms, bill: Bill) -> tuple[PriceComponent, ...]:
    """Give each component its tax; where prices do not include it, add components of kind TAX, one for each
    area that taxes a group.

    Each group (rates, liable parties) is rounded once, half up, as invoices are; its components carry parts
    of that amount which sum to it exactly, and so do the areas. What is discounted is counted right after
    what it is off, so that the tax of a dish, less its discounts, is never below nothing.
    """
    running: dict[_Group, int] = defaultdict(int)
    rounded: dict[_Group, int] = defaultdict(int)
    taxed: dict[int, PriceComponent] = {}
    for place in _pot_by_pot(bill):
        component = bill[place]
        group = _group(terms, component)
        running[group] += component.amount
        until_here = _tax(running[group], _rate(group), contained=terms.prices_include_tax)
        tax, rounded[group] = until_here - rounded[group], until_here
        taxed[place] = _priced(component, group, tax, terms.currency)
    priced = [taxed[place] for place in range(len(bill))]
    if not terms.prices_include_tax:
        for group, tax in rounded.items():
            priced.extend(_on_top(group, tax, terms.currency))
    return tuple(priced)


def _pot_by_pot(bill: Bill) -> list[int]:
    """The places of the components, those that share a pot together, else as they stand."""
    first: dict[tuple[Party, int | None, str], int] = {}
    for place, component in enumerate(bill):
        first.setdefault(component.pot, place)
    return sorted(range(len(bill)), key=lambda place: first[bill[place].pot])


def _group(terms: Terms, component: Component) -> _Group:
    return tuple(
        _Levy(rate.area, rate.rate, rate.liable or component.party)
        for rate in terms.rates_of(component.tax_category)
    )


def _rate(group: _Group) -> Decimal:
    """The areas' rates add up."""
    return sum((levy.rate for levy in group), Decimal(0))


def _tax(amount: int, rate: Decimal, *, contained: bool) -> int:
    exact = amount * rate / (1 + rate) if contained else amount * rate
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _priced(component: Component, group: _Group, tax: int, currency: str) -> PriceComponent:
    return PriceComponent(
        kind=component.kind,
        code=component.code,
        label=component.label,
        amount=Money(amount=component.amount, currency=currency),
        tax_category=component.tax_category,
        tax_rate=_rate(group).normalize(),
        tax=Money(amount=tax, currency=currency),
        liable=group[0].liable,
        line=component.line,
        party=component.party,
        funded_by=component.funded_by,
        explanation=component.explanation,
    )


def _on_top(group: _Group, tax: int, currency: str) -> list[PriceComponent]:
    if not tax:
        return []
    shares = allocate(tax, [int(levy.rate * _PARTS) for levy in group])
    return [
        PriceComponent(
            kind=ComponentKind.TAX,
            code=f"tax_{levy.area}" if levy.area else "tax",
            label=f"{levy.area.replace('_', ' ').capitalize() or 'Tax'} {(levy.rate * 100).normalize():f} %",
            amount=Money(amount=share, currency=currency),
            tax_category=UNTAXED,
            tax_rate=levy.rate.normalize(),
            tax=Money.zero(currency),
            liable=levy.liable,
            party=levy.liable,
        )
        for levy, share in zip(group, shares, strict=True)
        if share
    ]
