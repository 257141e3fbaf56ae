"""Which promotions a basket gets, and what they take off.

Promotions stack by what they are off: of those for certain dishes, for the basket and for the delivery one
each, in this order and always the one that saves most. One that is `exclusive` stands alone, and is taken
when it saves more than the others together. Every rule is a function of the terms, so that the same basket
gets the same.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from modules.orders.interface import ComponentKind, PromotionKind
from modules.orders.pricing.bill import Bill
from modules.orders.pricing.discounts import DISHES, Discount, left_of, saved_by, take_off
from modules.orders.pricing.promotions import Level, Promotion
from modules.orders.pricing.terms import Terms


def best_of(promotions: tuple[Promotion, ...], terms: Terms, bill: Bill) -> Bill:
    """The components that the promotions which apply add to the bill."""
    in_order = sorted(promotions, key=lambda promotion: promotion.id)
    together: Bill = ()
    for level in Level:
        offers = [each for each in in_order if each.level is level and not each.exclusive]
        taken = [apply(each, terms, bill + together) for each in offers]
        together += max(taken, key=saved_by, default=())
    alone = [apply(each, terms, bill) for each in in_order if each.exclusive]
    return max([together, *alone], key=saved_by)


def apply(promotion: Promotion, terms: Terms, bill: Bill) -> Bill:
    """What this promotion alone adds; nothing when it does not apply."""
    if terms.subtotal < promotion.min_subtotal:
        return ()
    added = take_off(_discounts(promotion, terms, bill), ComponentKind.PROMOTION, bill)
    if promotion.left is not None and saved_by(added) > promotion.left:
        return ()
    return added


def free_dishes(promotion: Promotion, terms: Terms) -> dict[int, int]:
    """How many dishes of each line are free: in each group of `buy` and `get`, taken from the dearest on, the
    `get` cheapest."""
    units = sorted(
        (
            (-dish.price, line)
            for line, dish in enumerate(terms.dishes)
            if promotion.is_for(dish.item_id)
            for _ in range(dish.quantity)
        ),
    )
    group = promotion.buy + promotion.get
    free: dict[int, int] = {}
    for place, (_, line) in enumerate(units[: len(units) // group * group]):
        if place % group >= promotion.buy:
            free[line] = free.get(line, 0) + 1
    return free


def _discounts(promotion: Promotion, terms: Terms, bill: Bill) -> tuple[Discount, ...]:
    match promotion.kind:
        case PromotionKind.BUY_X_GET_Y:
            return _dishes_free(promotion, terms)
        case PromotionKind.FREE_DELIVERY:
            whole = _discount(promotion, off=frozenset({ComponentKind.DELIVERY_FEE}))
        case _:
            lines = tuple(n for n, dish in enumerate(terms.dishes) if promotion.is_for(dish.item_id))
            if not lines:
                return ()
            whole = _discount(promotion, off=DISHES, lines=lines)
    base = left_of(whole, bill)
    amount, explanation = _amount(promotion, base, terms)
    return (_discount(promotion, whole.off, whole.lines, amount=amount, explanation=explanation),)


def _amount(promotion: Promotion, base: int, terms: Terms) -> tuple[int, str]:
    """What comes off `base`, and how that came about."""
    match promotion.kind:
        case PromotionKind.PERCENTAGE:
            exact = base * promotion.percent / 100
            amount = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
            explanation = f"{promotion.percent.normalize():f} % of {terms.money(base)}"
        case PromotionKind.FIXED:
            amount = min(promotion.amount, base)
            explanation = f"{terms.money(promotion.amount)} off"
        case _:
            amount, explanation = base, "the delivery is free"
    if promotion.most is not None and amount > promotion.most:
        return promotion.most, f"{explanation}, at most {terms.money(promotion.most)}"
    return amount, explanation


def _dishes_free(promotion: Promotion, terms: Terms) -> tuple[Discount, ...]:
    """One discount a line, within what the promotion gives at most."""
    left, discounts = promotion.most, []
    for line, count in free_dishes(promotion, terms).items():
        amount = terms.dishes[line].price * count
        if left is not None:
            amount = min(amount, left)
            left -= amount
        discounts.append(
            _discount(
                promotion,
                off=DISHES,
                lines=(line,),
                amount=amount,
                explanation=f"{count} of {promotion.buy + promotion.get} free",
            )
        )
    return tuple(discounts)


def _discount(
    promotion: Promotion,
    off: frozenset[ComponentKind],
    lines: tuple[int, ...] = (),
    *,
    amount: int = 0,
    explanation: str = "",
) -> Discount:
    return Discount(
        code=promotion.code,
        label=promotion.label,
        amount=amount,
        off=off,
        lines=lines,
        funded_by=promotion.funded_by,
        explanation=explanation,
    )
