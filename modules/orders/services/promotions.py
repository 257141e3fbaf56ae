"""Promotions: begun and ended by staff, used by orders, given back by those that are cancelled."""

from __future__ import annotations

from collections import Counter
from secrets import randbelow
from uuid import UUID

from modules.orders.interface import ComponentKind, PlacingRefused, Price
from modules.orders.models import Order, Promotion, PromotionBudget, PromotionUse
from tiffin import clock, db

# As many orders take from one budget at the same moment without waiting for each other.
BUDGET_PARTS = 8
MOST_PARTS = 32_000

_TAKE_A_TURN = """
    INSERT INTO orders_promotionuse (promotion_id, order_id, customer_id, turn, amount, used_at)
    SELECT %(promotion)s, %(order)s, %(customer)s, turn, %(amount)s, %(at)s
    FROM generate_series(1, %(turns)s) AS turn
    WHERE NOT EXISTS (SELECT FROM orders_promotionuse AS taken
        WHERE taken.promotion_id = %(promotion)s AND taken.customer_id = %(customer)s
            AND taken.turn = turn.turn)
    ORDER BY turn LIMIT 1
    ON CONFLICT DO NOTHING
    RETURNING turn
"""
_GIVE_TO_ONE_PART = """
    UPDATE orders_promotionbudget SET remaining = remaining + %(amount)s
    WHERE id = (SELECT id FROM orders_promotionbudget
        WHERE promotion_id = %(promotion)s ORDER BY remaining LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""
_TAKE_FROM_ONE_PART = """
    UPDATE orders_promotionbudget SET remaining = remaining - %(amount)s
    WHERE id = (SELECT id FROM orders_promotionbudget
        WHERE promotion_id = %(promotion)s AND remaining >= %(amount)s
        ORDER BY remaining DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def start_promotion(promotion: Promotion) -> Promotion:
    """Put a promotion into force, its budget in parts. Raises ValidationError, also for a taken code."""
    promotion.full_clean()
    with db.transaction():
        promotion.save(force_insert=True)
        if promotion.budget is not None:
            share, rest = divmod(promotion.budget, BUDGET_PARTS)
            PromotionBudget.objects.bulk_create(
                PromotionBudget(promotion=promotion, part=part, remaining=share + (part < rest))
                for part in range(BUDGET_PARTS)
            )
    return promotion


def end_promotion(*, promotion_id: UUID) -> None:
    """No new quote has it from now on; what was promised before is kept."""
    now = clock.now()
    with db.transaction():
        promotion = Promotion.objects.select_for_update().get(pk=promotion_id)
        if promotion.ends_at is None or promotion.ends_at > now:
            promotion.ends_at = max(now, promotion.starts_at)
            promotion.save(update_fields=("ends_at",))


@db.transaction_required
def use_promotions(order: Order, price: Price) -> None:
    """Take what the order's promotions save from their budgets, and a turn of its customer's.

    Raises PlacingRefused when somebody else, or the customer in another tab, was faster.
    """
    saved: Counter[UUID] = Counter()
    for component in price.components:
        if component.kind is ComponentKind.PROMOTION:
            saved[UUID(component.code)] -= component.amount.amount
    if not saved:
        return
    # In one order for all: who holds parts of one budget only ever waits for a later one.
    for promotion in Promotion.objects.filter(pk__in=list(saved)).order_by("pk"):
        _take_a_turn(promotion, order, saved[promotion.id])
        if promotion.budget is not None:
            _take_from_budget(promotion, saved[promotion.id])


@db.transaction_required
def release_promotions(order: Order) -> None:
    """What a cancelled order had goes back to the budget, and its customer may have it again."""
    now = clock.now()
    uses = PromotionUse.objects.filter(order=order, released_at=None).select_related("promotion")
    for use in uses.order_by("promotion_id"):
        use.turn, use.released_at = None, now
        use.save(update_fields=("turn", "released_at"))
        if use.promotion.budget is not None and not db.select(
            _GIVE_TO_ONE_PART, promotion=use.promotion_id, amount=use.amount
        ):
            _give_to_new_part(use)


def _give_to_new_part(use: PromotionUse) -> None:
    """Every part is being taken from. Whoever waited for one could be waited for: there is one part more."""
    part = PromotionBudget(promotion=use.promotion, part=_some_part(), remaining=use.amount)
    while not db.insert(part, unless_taken=("promotion", "part")):
        part.part = _some_part()


def _some_part() -> int:
    return BUDGET_PARTS + randbelow(MOST_PARTS - BUDGET_PARTS)


def _take_a_turn(promotion: Promotion, order: Order, amount: int) -> None:
    """Of several orders that want the last turn one gets it: the others wait at its row, then look again."""
    # Whoever was promised it as a first order's in five tabs has one first order.
    turns = 1 if promotion.new_customers_only else promotion.uses_per_customer
    if turns is None:
        PromotionUse.objects.create(
            promotion=promotion,
            order=order,
            customer_id=order.customer_id,
            amount=amount,
            used_at=clock.now(),
        )
        return
    for _ in range(turns):
        taken = db.select(
            _TAKE_A_TURN,
            promotion=promotion.id,
            order=order.id,
            customer=order.customer_id,
            amount=amount,
            at=clock.now(),
            turns=turns,
        )
        if taken:
            return
    raise PlacingRefused(reason=f"You have used “{promotion.title}” already. Please ask for a new price.")


def _take_from_budget(promotion: Promotion, amount: int) -> None:
    """From one part that nobody else is taking from; when none holds enough, from all of them together."""
    if db.select(_TAKE_FROM_ONE_PART, promotion=promotion.id, amount=amount):
        return
    parts = list(PromotionBudget.objects.filter(promotion=promotion).order_by("part").select_for_update())
    if sum(part.remaining for part in parts) < amount:
        raise PlacingRefused(reason=f"“{promotion.title}” has just run out. Please ask for a new price.")
    for part in parts:
        taken = min(part.remaining, amount)
        part.remaining -= taken
        amount -= taken
    db.update(*parts, fields=("remaining",))
