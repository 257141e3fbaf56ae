"""The steps of a bill, in the order they apply. Each says what it adds, given what stands there already."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from modules.orders.interface import ComponentKind, Party
from modules.orders.pricing.allocation import allocate
from modules.orders.pricing.bill import Component
from modules.orders.pricing.terms import UNTAXED, Discount, Terms

Bill = tuple[Component, ...]
Step = Callable[[Terms, Bill], Bill]

_METRES_PER_KM = 1000


def dishes(terms: Terms, bill: Bill) -> Bill:
    """Items and options, each under its own tax category."""
    added: list[Component] = []
    for number, dish in enumerate(terms.dishes):
        added.append(
            Component(
                kind=ComponentKind.ITEM,
                code="item",
                label=dish.title,
                amount=dish.price * dish.quantity,
                tax_category=dish.tax_category,
                party=Party.RESTAURANT,
                line=number,
            )
        )
        added.extend(
            Component(
                kind=ComponentKind.OPTION,
                code="option",
                label=option.title,
                amount=option.price * dish.quantity,
                tax_category=option.tax_category,
                party=Party.RESTAURANT,
                line=number,
            )
            for option in dish.all_options()
            if option.price
        )
    return tuple(added)


def promotions(terms: Terms, bill: Bill) -> Bill:
    return _discounts(terms.promotions, ComponentKind.PROMOTION, bill)


def delivery_fee(terms: Terms, bill: Bill) -> Bill:
    """The base, and each begun kilometre beyond the first ones that it covers."""
    fee = terms.delivery_fee
    if fee is None:
        return ()
    covered_m = fee.free_km * _METRES_PER_KM
    beyond_km = max(Decimal(0), (terms.distance_m - covered_m) / _METRES_PER_KM)
    amount = min(fee.max, fee.base + fee.per_km * int(beyond_km.to_integral_value(ROUND_CEILING)))
    return _fee(ComponentKind.DELIVERY_FEE, "Delivery", amount, "delivery")


def service_fee(terms: Terms, bill: Bill) -> Bill:
    """A share of items and options, within limits."""
    fee = terms.service_fee
    if fee is None:
        return ()
    share = int((terms.subtotal * fee.rate).quantize(Decimal(1), ROUND_HALF_UP))
    return _fee(ComponentKind.SERVICE_FEE, "Service fee", min(fee.max, max(fee.min, share)), "service")


def small_order_fee(terms: Terms, bill: Bill) -> Bill:
    """What a basket below the threshold costs extra."""
    fee = terms.small_order_fee
    if fee is None or terms.subtotal >= fee.threshold:
        return ()
    return _fee(ComponentKind.SMALL_ORDER_FEE, "Small order fee", fee.fee, "service")


def member_benefits(terms: Terms, bill: Bill) -> Bill:
    return _discounts(terms.member_benefits, ComponentKind.MEMBER_BENEFIT, bill)


def points(terms: Terms, bill: Bill) -> Bill:
    return _discounts(terms.points, ComponentKind.POINTS, bill)


def tip(terms: Terms, bill: Bill) -> Bill:
    """The courier's, whole and untaxed."""
    if not terms.tip:
        return ()
    return (
        Component(
            kind=ComponentKind.TIP,
            code="tip",
            label="Tip",
            amount=terms.tip,
            tax_category=UNTAXED,
            party=Party.COURIER,
        ),
    )


STEPS: tuple[Step, ...] = (
    dishes,
    promotions,
    delivery_fee,
    service_fee,
    small_order_fee,
    member_benefits,
    points,
    tip,
)


def _fee(kind: ComponentKind, label: str, amount: int, tax_category: str) -> Bill:
    if not amount:
        return ()
    return (
        Component(
            kind=kind,
            code=kind.value,
            label=label,
            amount=amount,
            tax_category=tax_category,
            party=Party.PLATFORM,
        ),
    )


def _discounts(discounts: tuple[Discount, ...], kind: ComponentKind, bill: Bill) -> Bill:
    """One after the other, each allocated to the unit over what is left of what it is off: their tax
    shrinks with them, and nothing falls below nothing."""
    added: Bill = ()
    for discount in discounts:
        added += _discount(discount, kind, bill + added)
    return added


def _discount(discount: Discount, kind: ComponentKind, bill: Bill) -> Bill:
    left: dict[tuple[Party, int | None, str], int] = {}
    for component in bill:
        left[component.pot] = left.get(component.pot, 0) + component.amount
    pots = list(dict.fromkeys(component.pot for component in bill if component.kind in discount.off))
    weights = [left[pot] for pot in pots]
    amount = min(discount.amount, sum(weights))
    if amount <= 0:
        return ()
    return tuple(
        Component(
            kind=kind,
            code=discount.code,
            label=discount.label,
            amount=-share,
            tax_category=tax_category,
            party=party,
            line=line,
        )
        for (party, line, tax_category), share in zip(pots, allocate(amount, weights), strict=True)
        if share
    )
