"""Owing money back: refunds are asked for one after the other, each under a key of its own for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from modules.orders.interface import RefundState
from modules.orders.models import Claim, Order, Refund
from tiffin import clock, db, jobs
from tiffin.interfaces import CommandKey

# Nobody had asked orders for it.
GIVEN = "given"


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
    order.refund_due = order.refunded + _outstanding(order)
    if order.axes.refund is not RefundState.DUE:
        order.move(refund=RefundState.DUE, note=reason[:64])
    jobs.add(order, "refund_payment", due=clock.now())
    return refund


@db.transaction_required
def settle_refunds(order: Order, *, amount: int, reference: str | None) -> str:
    """`amount` came back, as asked for under `reference` or of somebody else's accord: what is still owed is
    asked for next, as far as there is anything left to give back. Returns why it was owed, empty if it was
    not."""
    room = order.captured - order.refunded
    reason = ""
    for refund in order.refunds.filter(done_at=None):
        # Who does not say what was asked for means what has that amount.
        answered = refund.amount == amount if reference is None else key_of(order, refund) == reference
        if answered or not room:
            refund.done_at = clock.now()
            reason = reason or refund.reason
        elif refund.amount > room:
            # Payments never took on as much as that: it is another wish from now on.
            refund.amount, refund.attempt = room, refund.attempt + 1
        refund.save(update_fields=("done_at", "amount", "attempt"))
        room -= 0 if refund.done_at else refund.amount
    _note_gift(order)
    owed = _outstanding(order)
    order.refund_due = order.refunded + owed
    if owed:
        jobs.add(order, "refund_payment", due=clock.now())
    return reason


@db.transaction_required
def refund_again(order: Order, *, at: datetime) -> None:
    """The provider refused: the money stays due and is asked for anew then, under a new key."""
    refund = order.refunds.filter(done_at=None).first()
    if refund is not None:
        refund.attempt += 1
        refund.save(update_fields=("attempt",))
        jobs.add(order, "refund_payment", due=at)


def key_of(order: Order, refund: Refund) -> CommandKey:
    """Under which payments is asked for it."""
    return order.command_key(f"refund-{refund.number}", refund.attempt)


def _note_gift(order: Order) -> None:
    """What somebody gave back of their own accord is a refund as well, so that it is shown and corrected."""
    done = order.refunds.filter(done_at__isnull=False).values_list("amount", flat=True)
    given = order.refunded - sum(done)
    if given > 0:
        now, number = clock.now(), order.refunds.count() + 1
        Refund.objects.create(
            order=order, number=number, amount=given, reason=GIVEN, owed_at=now, done_at=now
        )


def _outstanding(order: Order) -> int:
    return sum(order.refunds.filter(done_at=None).values_list("amount", flat=True))
