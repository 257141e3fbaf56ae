"""What the provider answers. Every answer may come twice, late, or after somebody changed their mind; what it
says happened is written down first, then the payment moves as far as it may."""

from __future__ import annotations

from uuid import UUID

from modules.payments.events import (
    PaymentActionRequired,
    PaymentAuthorised,
    PaymentCaptured,
    PaymentDeclined,
    PaymentFailed,
    PaymentRefunded,
    PaymentStep,
    PaymentVoided,
)
from modules.payments.interface import PaymentState
from modules.payments.models import EntryKind, Payment, RefundRequest, RefundState
from modules.payments.models.payment import REFUND
from modules.payments.providers import Declined, Outcome, RequiresAction, Succeeded
from modules.payments.services.steps import (
    await_answer,
    come_to_rest,
    start_refunding,
    start_taking,
    start_voiding,
    state_after_refund,
    want_refund,
)
from tiffin import clock, db, jobs
from tiffin.log import publish
from tiffin.money import Money

_UNDECIDED = {PaymentState.AUTHORISING, PaymentState.REQUIRES_ACTION}
_LET_GO = {PaymentState.VOIDED, PaymentState.DECLINED, PaymentState.FAILED}


def record_authorisation(payment_id: UUID, outcome: Outcome) -> None:
    """The provider says whether it holds the money."""
    with db.transaction():
        payment = Payment.lock(payment_id)
        match outcome:
            case Succeeded():
                _authorised(payment, outcome)
            case RequiresAction() if payment.state is PaymentState.AUTHORISING:
                _action_required(payment, outcome)
            case Declined() if payment.state in _UNDECIDED:
                payment.reason = outcome.reason
                declined = PaymentDeclined(
                    payment_id=payment.id,
                    order_id=payment.order_id,
                    purpose=payment.purpose,
                    amount=payment.money,
                    reason=outcome.reason,
                )
                come_to_rest(payment, PaymentState.DECLINED, declined)


def _authorised(payment: Payment, outcome: Succeeded) -> None:
    new = payment.enter(EntryKind.AUTHORISED, outcome.amount, outcome.reference)
    if payment.state in _UNDECIDED and payment.is_charge:
        start_taking(payment)
        payment.save()
        await_answer(payment, "capture")
    elif payment.state in _UNDECIDED:
        payment.move_to(PaymentState.AUTHORISED)
        payment.action_url = ""
        jobs.set_deadline(
            payment, "authorisation_overdue", due=clock.now() + payment.patience("authorisation_seconds")
        )
        publish(
            payment,
            PaymentAuthorised(
                payment_id=payment.id,
                order_id=payment.order_id,
                purpose=payment.purpose,
                amount=outcome.amount,
            ),
            saving=Payment.fields(),
        )
    elif new and payment.state in _LET_GO:
        start_voiding(payment)


def _action_required(payment: Payment, outcome: RequiresAction) -> None:
    patience = payment.patience("action_seconds" if payment.present else "absent_action_seconds")
    expires_at = clock.now() + patience
    payment.move_to(PaymentState.REQUIRES_ACTION)
    payment.action_url = outcome.url
    payment.save()
    jobs.set_deadline(payment, "answer_overdue", due=expires_at)
    publish(
        payment,
        PaymentActionRequired(
            payment_id=payment.id,
            order_id=payment.order_id,
            purpose=payment.purpose,
            amount=payment.money,
            action_url=outcome.url,
            expires_at=expires_at.isoformat(),
        ),
    )


def record_capture(payment_id: UUID, outcome: Outcome) -> None:
    """The provider says whether it took the money; what it took too late goes back at once."""
    with db.transaction():
        payment = Payment.lock(payment_id)
        match outcome:
            case Succeeded():
                _captured(payment, outcome)
            case Declined() if payment.state is PaymentState.CAPTURING:
                give_up(payment, PaymentStep.CAPTURE, outcome.reason)


def _captured(payment: Payment, outcome: Succeeded) -> None:
    if payment.state not in {PaymentState.CAPTURING, PaymentState.VOIDING}:
        return
    rest = payment.held - outcome.amount
    payment.enter(EntryKind.CAPTURED, outcome.amount, outcome.reference, parts=payment.capture_parts)
    payment.enter(EntryKind.VOIDED, rest, outcome.reference)
    if payment.state is PaymentState.VOIDING:
        jobs.drop(payment, "void")
        want_refund(payment, outcome.amount, "captured_late")
        start_refunding(payment)
        return
    captured = PaymentCaptured(
        payment_id=payment.id, order_id=payment.order_id, purpose=payment.purpose, amount=outcome.amount
    )
    come_to_rest(payment, PaymentState.CAPTURED, captured)
    start_refunding(payment)


def record_void(payment_id: UUID, outcome: Outcome) -> None:
    """The provider says that it holds nothing any more. A refusal, that it was captured, is for the job."""
    with db.transaction():
        payment = Payment.lock(payment_id)
        if payment.state is not PaymentState.VOIDING or not isinstance(outcome, Succeeded):
            return
        gone = outcome.amount or Money.zero(payment.currency)
        # Where the answer to the authorisation is still out: what is let go had been held.
        payment.enter(EntryKind.AUTHORISED, gone, outcome.reference)
        payment.enter(EntryKind.VOIDED, gone, outcome.reference)
        voided = PaymentVoided(
            payment_id=payment.id, order_id=payment.order_id, purpose=payment.purpose, amount=gone
        )
        come_to_rest(payment, _how_voided(payment), *([] if payment.reason else [voided]))


def _how_voided(payment: Payment) -> PaymentState:
    """What was given up has failed; what its customer never confirmed, or nobody wants, is voided."""
    return PaymentState.FAILED if payment.reason.startswith("failed_") else PaymentState.VOIDED


def record_refund(payment_id: UUID, number: int, outcome: Outcome) -> None:
    """The provider says whether it gave back refund `number`."""
    with db.transaction():
        payment = Payment.lock(payment_id)
        request = RefundRequest.objects.get(payment=payment, number=number)
        if not request.is_wanted or payment.state is not PaymentState.REFUNDING:
            return
        match outcome:
            case Succeeded():
                request.move_to(RefundState.DONE)
                payment.enter(EntryKind.REFUNDED, outcome.amount, outcome.reference, parts=request.parts)
                if not payment.reason:
                    publish(
                        payment,
                        PaymentRefunded(
                            payment_id=payment.id,
                            order_id=payment.order_id,
                            purpose=payment.purpose,
                            amount=outcome.amount,
                            refunded=payment.total(EntryKind.REFUNDED),
                            reason=request.reason,
                            reference=request.reference or "",
                        ),
                    )
            case Declined():
                request.move_to(RefundState.REFUSED)
                publish_failure(payment, PaymentStep.REFUND, outcome.reason)
            case RequiresAction():
                raise ValueError(f"{payment.refund_key(number)}: a refund that asks the customer to act")
        request.save(update_fields=["state_name"])
        come_to_rest(payment, state_after_refund(payment))
        start_refunding(payment)


@db.transaction_required
def give_up(payment: Payment, step: PaymentStep, reason: str) -> None:
    """The step came to nothing; whatever is held after all is let go, and refunds have nothing to give."""
    refused = RefundState.REFUSED
    payment.refunds.filter(state_name__in=REFUND.before(refused)).update(state_name=refused.value)
    payment.reason = f"failed_{step.value}"
    publish_failure(payment, step, reason)
    start_voiding(payment)


@db.transaction_required
def publish_failure(payment: Payment, step: PaymentStep, reason: str) -> None:
    publish(
        payment,
        PaymentFailed(
            payment_id=payment.id,
            order_id=payment.order_id,
            purpose=payment.purpose,
            amount=payment.money,
            step=step,
            reason=reason,
        ),
    )
