"""The steps that several use cases share: each moves a locked payment and leaves its job and deadline."""

from __future__ import annotations

from collections.abc import Sequence

from modules.payments.interface import PaymentState
from modules.payments.models import EntryKind, Payment, RefundRequest, RefundState
from tiffin import clock, db, jobs
from tiffin.log import Event, publish
from tiffin.money import Money


@db.transaction_required
def await_answer(payment: Payment, job: str, **payload: bool) -> None:
    """Have `job` ask the provider, and doubt it when no answer comes."""
    jobs.add(payment, job, due=clock.now(), **payload)
    jobs.set_deadline(payment, "answer_overdue", due=clock.now() + payment.next_question)


def start_taking(payment: Payment) -> None:
    """What is held of a charge is taken at once, whole."""
    payment.move_to(PaymentState.AUTHORISED)
    payment.move_to(PaymentState.CAPTURING)
    payment.action_url = ""
    payment.capture_amount, payment.capture_parts = payment.amount, payment.parts


@db.transaction_required
def start_voiding(payment: Payment) -> None:
    """Let go of whatever is or may come to be held; each attempt has a key of its own."""
    payment.move_to(PaymentState.VOIDING)
    payment.action_url = ""
    payment.void_number += 1
    payment.save()
    await_answer(payment, "void")


@db.transaction_required
def want_refund(
    payment: Payment,
    amount: Money,
    reason: str,
    reference: str | None = None,
    parts: Sequence[int] = (),
) -> None:
    RefundRequest.objects.create(
        payment=payment,
        number=payment.refunds.count() + 1,
        amount=amount.amount,
        reason=reason,
        reference=reference,
        parts=list(parts),
    )


@db.transaction_required
def next_refund(payment: Payment) -> RefundRequest | None:
    """The oldest refund that is still wanted; of several, one is under way at a time."""
    wanted = db.find(RefundRequest, payment_id=payment.id, state_name=RefundState.WANTED.value)
    return min(wanted, key=lambda request: request.number, default=None)


@db.transaction_required
def start_refunding(payment: Payment) -> None:
    """Give back the next refund wanted, if there is one."""
    if next_refund(payment) is None:
        return
    payment.move_to(PaymentState.REFUNDING)
    payment.save()
    await_answer(payment, "refund")


@db.transaction_required
def come_to_rest(payment: Payment, state: PaymentState, *told: Event) -> None:
    """Nothing more is awaited, and others are told."""
    payment.move_to(state)
    payment.action_url = ""
    jobs.clear_deadline(payment)
    if told:
        publish(payment, *told, saving=Payment.fields())
    else:
        payment.save()


def state_after_refund(payment: Payment) -> PaymentState:
    """Captured money that is all back is refunded, some of it partially."""
    refunded = payment.total(EntryKind.REFUNDED)
    if not refunded:
        return PaymentState.CAPTURED
    if refunded == payment.total(EntryKind.CAPTURED):
        return PaymentState.REFUNDED
    return PaymentState.PARTIALLY_REFUNDED
