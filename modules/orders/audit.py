"""What must always hold of the rows of orders: what is kept for an order is kept as long as the order wants
it, budgets are what was not spent of them, and the numbers of receipts have no gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, Coalesce

from modules.orders.interface import ComponentKind, OrderState
from modules.orders.models import (
    CancellationFee,
    Order,
    OrderComponent,
    Promotion,
    PromotionBudget,
    PromotionUse,
    Receipt,
    ReceiptSeries,
    SlotUse,
)
from modules.orders.states import KEEPS
from tiffin.audit import Inspection, rule

PAGE = 1000
_CANCELLED = OrderState.CANCELLED.value


@rule
def orders_have_what_they_were_promised(inspection: Inspection) -> None:
    """An order for later has one of its restaurant's places at that time until it is cancelled, and no other
    order has one; each promotion in its bill is used. Counts orders."""
    place = SlotUse.objects.filter(order=OuterRef("pk"))
    discounts = OrderComponent.objects.filter(kind=ComponentKind.PROMOTION.value, order=OuterRef("pk"))
    uses = PromotionUse.objects.annotate(code=Cast("promotion", CharField()))
    unused = discounts.filter(~Exists(uses.filter(order=OuterRef("order"), code=OuterRef("component_code"))))
    orders = Order.objects.annotate(
        taken_at=Subquery(place.values("slot_at")),
        taken_of=Subquery(place.values("restaurant_id")),
        unused=Subquery(unused.order_by("number").values("component_code")[:1]),
    ).only("id", "wanted_at", "restaurant_id", "order_state")
    for page in _pages(orders):
        for order in page:
            for problem in _unkept(order):
                inspection.find(order.pk, problem)
        inspection.looked(len(page))


def _unkept(order: Any) -> Iterator[str]:
    wants = order.wanted_at if order.order_state != _CANCELLED else None
    if order.taken_at != wants:
        yield _misplaced(order.taken_at, wants)
    elif wants is not None and order.taken_of != order.restaurant_id:
        yield "it has a place at a restaurant that is not its own"
    if order.unused is not None:
        yield f"promotion {order.unused} is in its bill, unused"


def _misplaced(taken: object, wants: object) -> str:
    if wants is None:
        return f"it is not for later or was cancelled, and yet has the place at {taken}"
    return f"it is for {wants}, and has " + (f"the place at {taken}" if taken else "no place then")


@rule
def discounts_are_used(inspection: Inspection) -> None:
    """A promotion's use is what it took off an order's bill; it is given back when the order is cancelled and
    nothing is kept of it, and not otherwise. Counts uses."""
    of_order = OrderComponent.objects.filter(kind=ComponentKind.PROMOTION.value, order=OuterRef("order"))
    taken_off = of_order.filter(component_code=Cast(OuterRef("promotion"), CharField())).order_by()
    uses = PromotionUse.objects.annotate(
        taken_off=Coalesce(Subquery(taken_off.values("order").annotate(sum=Sum("amount")).values("sum")), 0),
        is_kept=Exists(CancellationFee.objects.filter(order=OuterRef("order"), amount__gt=0)),
    ).select_related("order")
    for page in _pages(uses):
        for use in page:
            for problem in _misused(use):
                inspection.find(use.order_id, problem)
        inspection.looked(len(page))


def _misused(use: Any) -> Iterator[str]:
    if use.amount + use.taken_off:
        yield f"promotion {use.promotion_id} took {-use.taken_off} off its bill, and {use.amount} is its use"
    # As `selectors.cancelling.fee_of` has it.
    keeps = use.order.order_state != _CANCELLED or (use.is_kept and use.order.axes.payment in KEEPS)
    if use.released_at is None and not keeps:
        yield f"it was cancelled, and still has promotion {use.promotion_id}"
    if use.released_at is not None and keeps:
        yield f"it has promotion {use.promotion_id}, which was given back"
    if use.released_at is not None and use.turn is not None:
        yield f"it gave promotion {use.promotion_id} back, but its customer's turn is taken"


@rule
def budgets_are_what_is_left(inspection: Inspection) -> None:
    """What is left of a promotion's budget and what its uses took are the budget. Counts promotions that
    have one."""
    parts = PromotionBudget.objects.filter(promotion=OuterRef("pk")).order_by().values("promotion")
    uses = PromotionUse.objects.filter(promotion=OuterRef("pk"), released_at=None)
    promotions = Promotion.objects.filter(budget__isnull=False).annotate(
        left=Coalesce(Subquery(parts.annotate(sum=Sum("remaining")).values("sum")), 0),
        spent=Coalesce(
            Subquery(uses.order_by().values("promotion").annotate(sum=Sum("amount")).values("sum")), 0
        ),
    )
    for page in _pages(promotions, size=1):  # each may have been used a million times
        for promotion in page:
            if promotion.left + promotion.spent != promotion.budget:
                held = f"{promotion.left} are left and {promotion.spent} spent"
                inspection.find(promotion.pk, f"of a budget of {promotion.budget} {held}")
        inspection.looked(len(page))


@rule
def receipts_are_numbered(inspection: Inspection) -> None:
    """The numbers of a series are 1, 2, 3, … up to where it stands. Counts receipts."""
    for series in ReceiptSeries.objects.order_by("pk"):
        last = _look_at_numbers(inspection, series)
        series_last = ReceiptSeries.objects.values_list("last", flat=True).get(pk=series.pk)
        if not series.last <= last <= series_last:
            inspection.find("", f"the series {series} stands at {series_last}, its last receipt is {last}")


def _look_at_numbers(inspection: Inspection, series: ReceiptSeries) -> int:
    """The last number; each that is missing before it is found."""
    last, numbers = 0, Receipt.objects.filter(series=series).order_by("seq").values_list("seq", flat=True)
    while page := list(numbers.filter(seq__gt=last)[:PAGE]):
        for number in page:
            if number != last + 1:
                gap = f"{last + 1}" if number == last + 2 else f"{last + 1} to {number - 1}"
                inspection.find("", f"of the series {series} the receipt {gap} is missing")
            last = number
        inspection.looked(len(page))
    return last


def _pages(rows: QuerySet[Any], size: int = PAGE) -> Iterator[list[Any]]:
    """By id, each page in one statement."""
    after: UUID | int | None = None
    while page := list((rows if after is None else rows.filter(pk__gt=after)).order_by("pk")[:size]):
        yield page
        after = page[-1].pk
