"""What would make a basket cheaper, and by how much."""

from __future__ import annotations

import msgspec

from modules.orders.interface import ComponentKind, Hint, HintKind, MemberBenefit, PromotionKind
from modules.orders.pricing.bill import Bill
from modules.orders.pricing.discounts import saved_by
from modules.orders.pricing.membership import benefits_of
from modules.orders.pricing.pipeline import bill_of
from modules.orders.pricing.promotions import Promotion
from modules.orders.pricing.stacking import best_of
from modules.orders.pricing.terms import Terms

MOST_HINTS = 3
_AS_MEMBER = {
    "free_delivery": "free delivery",
    "reduced_service_fee": "a lower service fee",
    "pickup_credit": "credit for fetching it",
}


def hints(terms: Terms) -> tuple[Hint, ...]:
    """What would make the basket cheaper, that of which the least is missing first.

    A promotion is only promised for what it saves beyond what the basket gets already.
    """
    terms = msgspec.structs.replace(terms, points=None)  # they pay for it, and make it no cheaper
    bill = bill_of(terms)
    before = tuple(component for component in bill if component.kind is not ComponentKind.PROMOTION)
    saved = saved_by(tuple(component for component in bill if component.kind is ComponentKind.PROMOTION))
    found = [*_small_order(terms, bill), *_of_membership(terms, bill)]
    for promotion in terms.promotions:
        if terms.subtotal < promotion.min_subtotal:
            found.extend(_spend_more(promotion, terms, before, saved))
        elif promotion.kind is PromotionKind.BUY_X_GET_Y:
            found.extend(_add_dishes(promotion, terms, bill))
    return tuple(sorted(found, key=_distance)[:MOST_HINTS])


def benefits(terms: Terms) -> tuple[MemberBenefit, ...]:
    """What a membership does for the basket, and what of it does nothing and why."""
    return benefits_of(terms, _before(bill_of(terms))) if terms.member is not None else ()


def _distance(hint: Hint) -> tuple[int, int, str]:
    missing = 0 if hint.missing is None else hint.missing.amount
    return missing, -hint.saves.amount, hint.code


def _small_order(terms: Terms, bill: Bill) -> list[Hint]:
    fees = [component for component in bill if component.kind is ComponentKind.SMALL_ORDER_FEE]
    if not fees or terms.small_order_fee is None:
        return []
    missing = terms.money(terms.small_order_fee.threshold - terms.subtotal)
    saves = terms.money(fees[0].amount)
    return [
        Hint(
            kind=HintKind.SPEND_MORE,
            code=fees[0].code,
            text=f"{missing} more and there is no small order fee of {saves}.",
            saves=saves,
            missing=missing,
        )
    ]


def _of_membership(terms: Terms, bill: Bill) -> list[Hint]:
    """What a member would have from a subtotal on."""
    member = terms.member
    if member is None:
        return []
    relaxed = tuple(msgspec.structs.replace(benefit, minimum=0) for benefit in member.benefits)
    without = msgspec.structs.replace(terms, member=msgspec.structs.replace(member, benefits=relaxed))
    promised = {benefit.kind: benefit.saved for benefit in benefits_of(without, _before(bill))}
    return [
        Hint(
            kind=HintKind.SPEND_MORE,
            code=benefit.kind,
            text=f"{benefit.missing} more for {_AS_MEMBER[benefit.kind]} as a member.",
            saves=promised[benefit.kind],
            missing=benefit.missing,
        )
        for benefit in benefits_of(terms, _before(bill))
        if benefit.missing is not None and promised[benefit.kind]
    ]


def _before(bill: Bill) -> Bill:
    """As the membership found it."""
    later = {ComponentKind.MEMBER_BENEFIT, ComponentKind.POINTS}
    return tuple(component for component in bill if component.kind not in later)


def _spend_more(promotion: Promotion, terms: Terms, before: Bill, saved: int) -> list[Hint]:
    """What it would save at least: a share of more is more."""
    relaxed = tuple(
        msgspec.structs.replace(each, min_subtotal=0) if each is promotion else each
        for each in terms.promotions
    )
    more = saved_by(best_of(relaxed, terms, before)) - saved
    if more <= 0:
        return []
    missing, saves = terms.money(promotion.min_subtotal - terms.subtotal), terms.money(more)
    gain = (
        "free delivery"
        if promotion.kind is PromotionKind.FREE_DELIVERY
        else f"“{promotion.label}”, which saves {saves}"
    )
    return [
        Hint(
            kind=HintKind.SPEND_MORE,
            code=promotion.code,
            text=f"{missing} more for {gain}.",
            saves=saves,
            missing=missing,
        )
    ]


def _add_dishes(promotion: Promotion, terms: Terms, bill: Bill) -> list[Hint]:
    """Whoever has all that must be bought hears of what is free, at the price of the cheapest of it."""
    lines = [line for line, dish in enumerate(terms.dishes) if promotion.is_for(dish.item_id)]
    group = promotion.buy + promotion.get
    begun = sum(terms.dishes[line].quantity for line in lines) % group
    if begun < promotion.buy:
        return []
    count = group - begun
    cheapest = min(lines, key=lambda line: terms.dishes[line].unit_price)
    with_more = _with_more(terms, cheapest, count)
    saves = terms.dishes[cheapest].unit_price * count - (_charged(bill_of(with_more)) - _charged(bill))
    if saves <= 0:
        return []
    return [
        Hint(
            kind=HintKind.ADD_DISHES,
            code=promotion.code,
            text=f"“{promotion.label}”: add {count} more, {'it is' if count == 1 else 'they are'} free.",
            saves=terms.money(saves),
            dishes=count,
        )
    ]


def _with_more(terms: Terms, line: int, count: int) -> Terms:
    dish = terms.dishes[line]
    more = msgspec.structs.replace(dish, quantity=dish.quantity + count)
    return msgspec.structs.replace(terms, dishes=(*terms.dishes[:line], more, *terms.dishes[line + 1 :]))


def _charged(bill: Bill) -> int:
    return sum(component.amount for component in bill)
