"""The steps of a bill, in the order they apply. Each says what it adds, given what stands there already."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from modules.orders.interface import ComponentKind, Party
from modules.orders.pricing.bill import Bill, Component
from modules.orders.pricing.discounts import take_off
from modules.orders.pricing.membership import discounts_of
from modules.orders.pricing.points import points_discount
from modules.orders.pricing.stacking import best_of
from modules.orders.pricing.terms import UNTAXED, Terms

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


def delivery_fee(terms: Terms, bill: Bill) -> Bill:
    """The base, and each begun kilometre beyond the first ones that it covers."""
    fee = terms.delivery_fee
    if fee is None:
        return ()
    covered_m = fee.free_km * _METRES_PER_KM
    beyond_m = max(Decimal(0), (terms.distance_m - covered_m) / _METRES_PER_KM)
    begun_km = int(beyond_m.to_integral_value(ROUND_CEILING))
    amount, why = fee.base + fee.per_km * begun_km, [f"{terms.money(fee.base)} for {fee.free_km:f} km"]
    if begun_km:
        why.append(f"{begun_km} more km at {terms.money(fee.per_km)}")
    if amount > fee.max:
        amount = fee.max
        why.append(f"at most {terms.money(fee.max)}")
    return _fee(ComponentKind.DELIVERY_FEE, "Delivery", amount, "delivery", ", ".join(why))


def service_fee(terms: Terms, bill: Bill) -> Bill:
    """A share of items and options, within limits."""
    fee = terms.service_fee
    if fee is None:
        return ()
    share = int((terms.subtotal * fee.rate).quantize(Decimal(1), ROUND_HALF_UP))
    why = f"{(fee.rate * 100).normalize():f} % of {terms.money(terms.subtotal)}"
    if share < fee.min:
        why += f", at least {terms.money(fee.min)}"
    if share > fee.max:
        why += f", at most {terms.money(fee.max)}"
    return _fee(ComponentKind.SERVICE_FEE, "Service fee", min(fee.max, max(fee.min, share)), "service", why)


def small_order_fee(terms: Terms, bill: Bill) -> Bill:
    """What a basket below the threshold costs extra."""
    fee = terms.small_order_fee
    if fee is None or terms.subtotal >= fee.threshold:
        return ()
    why = f"for an order below {terms.money(fee.threshold)}"
    return _fee(ComponentKind.SMALL_ORDER_FEE, "Small order fee", fee.fee, "service", why)


def promotions(terms: Terms, bill: Bill) -> Bill:
    """Those of the promotions on offer that together save most; they may be off the fees too."""
    return best_of(terms.promotions, terms, bill)


def member_benefits(terms: Terms, bill: Bill) -> Bill:
    """What a membership takes off what promotions have left."""
    return take_off(discounts_of(terms, bill), ComponentKind.MEMBER_BENEFIT, bill)


def points(terms: Terms, bill: Bill) -> Bill:
    """What is left is paid with them, as far as they go."""
    if terms.points is None:
        return ()
    return take_off((points_discount(terms.points, bill, terms.currency),), ComponentKind.POINTS, bill)


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
    delivery_fee,
    service_fee,
    small_order_fee,
    promotions,
    member_benefits,
    points,
    tip,
)


def _fee(kind: ComponentKind, label: str, amount: int, tax_category: str, explanation: str) -> Bill:
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
            explanation=explanation,
        ),
    )
