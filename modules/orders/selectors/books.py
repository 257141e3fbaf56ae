"""Orders as those see them who compare the books: all of them, page by page."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from modules.orders.interface import OrderId, OrderMoney, PaymentState
from modules.orders.models import Order, Refund
from modules.orders.states import is_final

MAXIMUM_BOOK_SIZE = 500


def placed(order_ids: Collection[UUID]) -> tuple[OrderId, ...]:
    """Those of `order_ids` that exist."""
    return tuple(Order.objects.filter(pk__in=order_ids).values_list("pk", flat=True))


def money(*, after: UUID | None, size: int) -> tuple[OrderMoney, ...]:
    """A page of all orders, by id."""
    of_the_quote = Order.objects.filter(quote_id=OuterRef("quote_id")).exclude(pk=OuterRef("pk"))
    with_bank = Refund.objects.filter(order=OuterRef("pk"), done_at=None, charged_back_at__isnull=False)
    summed = with_bank.order_by().values("order").annotate(total=Sum("amount")).values("total")
    orders = (
        Order.objects.annotate(quote_shared=Exists(of_the_quote), with_bank=Coalesce(Subquery(summed), 0))
        .select_related("cancellation_fee")
        .defer("sealed", "pickup")
        .order_by("pk")
    )
    if after is not None:
        orders = orders.filter(pk__gt=after)
    return tuple(_money(order) for order in orders[: max(1, min(size, MAXIMUM_BOOK_SIZE))])


def _money(order: Order) -> OrderMoney:
    axes, fee = order.axes, getattr(order, "cancellation_fee", None)
    is_kept = fee is not None and axes.payment is PaymentState.CAPTURED
    return OrderMoney(
        id=OrderId(order.id),
        final=is_final(axes),
        payment_id=order.payment_id,
        order=axes.order,
        payment=axes.payment,
        total=order.money(order.total),
        captured=order.money(order.captured),
        refunded=order.money(order.refunded),
        kept=order.money(fee.amount if fee and is_kept else 0),
        owed_back=order.money(order.refund_due),
        quote_shared=getattr(order, "quote_shared", False),
        charged_back=order.money(int(getattr(order, "with_bank", 0))),
        points=order.points,
        points_back=order.points_back,
        hold_id=order.hold_id if order.points else None,
        points_state=axes.points,
    )
