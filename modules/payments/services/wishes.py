"""What others wish of a payment. Each records the wish and leaves the asking to a job."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from modules.payments.events import PaymentVoided
from modules.payments.interface import (
    PaymentAmountInvalid,
    PaymentDiffers,
    PaymentMethodUnknown,
    PaymentState,
    PaymentStateConflict,
    PaymentUnknown,
    Share,
)
from modules.payments.models import Payment
from modules.payments.models.shares import parts_of
from modules.payments.providers import provider_of
from modules.payments.selectors import takes
from modules.payments.services.steps import (
    await_answer,
    come_to_rest,
    start_refunding,
    start_voiding,
    want_refund,
)
from tiffin import db, jobs, regions
from tiffin.money import Money


def authorise(
    *,
    order_id: UUID,
    customer_id: UUID,
    amount: Money,
    method: str,
    region: str,
    shares: Sequence[Share] = (),
) -> Payment:
    """Hold `amount` for an order; asking again on the same terms gives the payment there is.

    Raises PaymentMethodUnknown, PaymentAmountInvalid, PaymentDiffers.
    """
    if amount.amount <= 0 or amount.currency != regions.get(region).currency:
        raise PaymentAmountInvalid(action="authorised", amount=amount, limit=amount)
    if not takes(method=method, region=region, customer_id=customer_id):
        raise PaymentMethodUnknown(method=method, region=region)
    check_shares(shares, amount)
    with db.transaction():
        payment = Payment(
            order_id=order_id,
            customer_id=customer_id,
            amount=amount.amount,
            currency=amount.currency,
            method=method,
            region=region,
            provider=provider_of(region),
            parts=parts_of(shares),
        )
        payment.confirmed = []  # the provider does not know of it yet
        if db.insert(payment, unless_taken=("order_id",)):
            await_answer(payment, "authorise")
            return payment
        known: Payment = Payment.objects.get(order_id=order_id)
        if (known.money, known.method) != (amount, method):
            raise PaymentDiffers(order_id=order_id, amount=known.money)
    return known


def begin_authorising(payment_id: UUID) -> Payment | None:
    """From here on the provider may know of it. None if nobody wants it any more."""
    with db.transaction():
        payment = Payment.lock(payment_id)
        if payment.state is PaymentState.PENDING:
            payment.move_to(PaymentState.AUTHORISING)
            payment.save()
        return payment if payment.state is PaymentState.AUTHORISING else None


def capture(*, payment_id: UUID, amount: Money, shares: Sequence[Share] = ()) -> Payment:
    """Take `amount`; the rest of what is held is let go.

    Raises PaymentUnknown, PaymentStateConflict, PaymentAmountInvalid.
    """
    check_shares(shares, amount)
    with db.transaction():
        payment = _lock(payment_id)
        if payment.state is not PaymentState.AUTHORISED:
            raise PaymentStateConflict(state=payment.state_name, action="captured")
        _check_amount(amount, limit=payment.held, action="captured")
        payment.move_to(PaymentState.CAPTURING)
        payment.capture_amount = amount.amount
        payment.capture_parts = parts_of(shares)
        payment.save()
        await_answer(payment, "capture")
    return payment


def void(*, payment_id: UUID) -> Payment:
    """Let the money go. What ended without money held stays as it is.

    Raises PaymentUnknown, and PaymentStateConflict once captured: that is refunded.
    """
    with db.transaction():
        payment = _lock(payment_id)
        match payment.state:
            case PaymentState.PENDING:
                jobs.drop(payment, "authorise")
                nothing = Money.zero(payment.currency)
                voided = PaymentVoided(
                    payment_id=payment.id, order_id=payment.order_id, purpose=payment.purpose, amount=nothing
                )
                come_to_rest(payment, PaymentState.VOIDED, voided)
            case PaymentState.AUTHORISING | PaymentState.REQUIRES_ACTION | PaymentState.AUTHORISED:
                start_voiding(payment)
            case PaymentState.CAPTURING:
                if payment.refundable:
                    want_refund(payment, payment.refundable, "voided")
            case PaymentState.VOIDING | PaymentState.VOIDED | PaymentState.DECLINED | PaymentState.FAILED:
                pass
            case _:
                raise PaymentStateConflict(state=payment.state_name, action="voided")
    return payment


def refund(
    *,
    payment_id: UUID,
    amount: Money,
    reason: str,
    reference: str | None = None,
    shares: Sequence[Share] = (),
) -> Payment:
    """Give back `amount`, at once or as soon as the capture is through; once for a `reference`.

    Raises PaymentUnknown, PaymentStateConflict, PaymentAmountInvalid.
    """
    check_shares(shares, amount)
    with db.transaction():
        payment = _lock(payment_id)
        if reference is not None and payment.refunds.filter(reference=reference).exists():
            return payment
        takes_refunds = {
            PaymentState.CAPTURING,
            PaymentState.CAPTURED,
            PaymentState.REFUNDING,
            PaymentState.PARTIALLY_REFUNDED,
        }
        if payment.state not in takes_refunds:
            raise PaymentStateConflict(state=payment.state_name, action="refunded")
        _check_amount(amount, limit=payment.refundable, action="refunded")
        want_refund(payment, amount, reason, reference, parts_of(shares))
        if payment.state in {PaymentState.CAPTURED, PaymentState.PARTIALLY_REFUNDED}:
            start_refunding(payment)
    return payment


def _lock(payment_id: UUID) -> Payment:
    try:
        return Payment.lock(payment_id)
    except Payment.DoesNotExist:
        raise PaymentUnknown(payment_id=payment_id) from None


def _check_amount(amount: Money, *, limit: Money, action: str) -> None:
    if amount.currency != limit.currency or not 0 < amount.amount <= limit.amount:
        raise PaymentAmountInvalid(action=action, amount=amount, limit=limit)


def check_shares(shares: Sequence[Share], amount: Money) -> None:
    """What is told of whose it is, is told of all of it; nobody's share is less than nothing."""
    told = [part for share in shares for part in (share.sale, share.tax)]
    if not told:
        return
    if any(part.currency != amount.currency or part.amount < 0 for part in told):
        raise PaymentAmountInvalid(action="shared out as told", amount=amount, limit=amount)
    whole = sum(part.amount for part in told)
    if whole != amount.amount:
        parts = Money(amount=whole, currency=amount.currency)
        raise PaymentAmountInvalid(
            action=f"shared out in parts that come to {parts}", amount=amount, limit=amount
        )
