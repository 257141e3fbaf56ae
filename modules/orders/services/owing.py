"""Owing money back: refunds are asked for one after the other, each under a key of its own for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from modules.orders.interface import RefundState
from modules.orders.models import Claim, Order, Refund
from tiffin import clock, db, jobs


@db.transaction_required
def owe(
    order: Order, amount: int, *, reason: str, parts: list[Any] | None = None, claim: Claim | None = None
) -> Refund:
    """So many minor units more go back to the customer; `record` the order with it."""
    refund = Refund.objects.create(
        order=order,
        number=order.refunds.count() + 1,
        claim=claim,
        amount=amount,
        reason=reason[:64],
        parts=parts or [],
    )
    order.refund_due = max(order.refund_due, order.refunded) + amount
    if order.axes.refund is not RefundState.DUE:
        order.move(refund=RefundState.DUE, note=reason[:64])
    jobs.add(order, "refund_payment", due=clock.now())
    return refund


@db.transaction_required
def settle_refunds(order: Order) -> None:
    """Money came back: mark the refunds that it covers, the oldest first, and ask for the next one."""
    left = order.refunded - (order.refund_due - _outstanding(order))
    for refund in order.refunds.filter(done_at=None):
        if refund.amount > left:
            jobs.add(order, "refund_payment", due=clock.now())
            return
        left -= refund.amount
        refund.done_at = clock.now()
        refund.save(update_fields=("done_at",))


@db.transaction_required
def refund_again(order: Order, *, at: datetime) -> None:
    """The provider refused: the money stays due and is asked for anew then, under a new key."""
    refund = order.refunds.filter(done_at=None).first()
    if refund is not None:
        refund.attempt += 1
        refund.save(update_fields=("attempt",))
        jobs.add(order, "refund_payment", due=at)


def _outstanding(order: Order) -> int:
    return sum(order.refunds.filter(done_at=None).values_list("amount", flat=True))
