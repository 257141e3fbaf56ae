"""When an answer is overdue, or a notification hints at one, the provider is asked what became of it; nothing
is ever concluded from silence alone."""

from __future__ import annotations

from uuid import UUID

from modules.payments.events import PaymentDeclined, PaymentStep
from modules.payments.interface import PaymentState
from modules.payments.models import Payment, payment_of
from modules.payments.providers import Outcome, RequiresAction
from modules.payments.services.answers import give_up, record_authorisation, record_capture
from modules.payments.services.mismatches import never_taken, open_mismatch
from modules.payments.services.steps import await_answer, start_voiding
from tiffin import clock, db, jobs
from tiffin.dto import DTO
from tiffin.log import publish

_STEP_ASKED = {
    PaymentState.PENDING: PaymentStep.AUTHORISE,
    PaymentState.AUTHORISING: PaymentStep.AUTHORISE,
    PaymentState.REQUIRES_ACTION: PaymentStep.AUTHORISE,
    PaymentState.CAPTURING: PaymentStep.CAPTURE,
}

# Nothing is awaited; yet money that comes to be held after all must be let go.
_ENDED = {PaymentState.DECLINED, PaymentState.VOIDED, PaymentState.FAILED}
_TRIED_FOR_EVER = {PaymentState.VOIDING: "void", PaymentState.REFUNDING: "refund"}
MOST_ASKED = 32_767


class Question(DTO):
    """What is not known of a payment, and the key under which the provider knows it."""

    step: PaymentStep
    key: str
    provider: str


def record_provider_notification(*, key: str) -> None:
    """The provider says that something happened to the operation under `key`. It may say so twice, late or in
    any order, and nothing it says is believed: it only makes us ask."""
    with db.transaction():
        payment = Payment.lock(payment_of(key))
        if payment.state in _STEP_ASKED or payment.state in _ENDED:
            jobs.add(payment, "settle", due=clock.now(), overdue=False)
        elif job := _TRIED_FOR_EVER.get(payment.state):
            jobs.add(payment, job, due=clock.now())


def ask_again(payment_id: UUID) -> None:
    """The answer is overdue: after five minutes or what the region says, after an hour, then daily. Letting
    go and giving back are tried for ever; the rest is asked after."""
    payment = Payment.lock(payment_id)
    payment.asked = min(payment.asked + 1, MOST_ASKED)
    payment.save(update_fields=("asked",))
    match payment.state:
        case state if state in _TRIED_FOR_EVER:
            await_answer(payment, _TRIED_FOR_EVER[state])
        case state if state in _STEP_ASKED:
            await_answer(payment, "settle", overdue=True)


def open_question(payment_id: UUID) -> Question | None:
    """What the provider is to be asked; None if everything is known or being tried anyway."""
    payment = Payment.objects.get(pk=payment_id)
    step = PaymentStep.AUTHORISE if payment.state in _ENDED else _STEP_ASKED.get(payment.state)
    if step is None:
        return None
    key = payment.capture_key if step is PaymentStep.CAPTURE else payment.charge_key
    return Question(step=step, key=key, provider=payment.provider)


def settle(payment_id: UUID, question: Question, found: Outcome | None, *, overdue: bool) -> None:
    """The provider told what became of it. Once overdue, a charge it never heard of is given up, and what the
    customer has not confirmed is let go; what it can still take is asked for again."""
    if found is None or isinstance(found, RequiresAction):
        if overdue:
            _end_waiting(payment_id, question, found)
            return
        if found is None:
            return
    if question.step is PaymentStep.CAPTURE:
        record_capture(payment_id, found)
    else:
        record_authorisation(payment_id, found)


def _end_waiting(payment_id: UUID, question: Question, found: RequiresAction | None) -> None:
    with db.transaction():
        payment = Payment.lock(payment_id)
        if _STEP_ASKED.get(payment.state) is not question.step:
            return
        if found is None and question.step is PaymentStep.CAPTURE:
            await_answer(payment, "capture")  # the money is held still, and the goods may be gone
        elif found is None:
            give_up(payment, question.step, "no_answer")
        elif payment.state is PaymentState.REQUIRES_ACTION:
            _let_action_expire(payment)
        else:
            record_authorisation(payment_id, found)


@db.transaction_required
def _let_action_expire(payment: Payment) -> None:
    payment.reason = "action_timeout"
    publish(
        payment,
        PaymentDeclined(
            payment_id=payment.id,
            order_id=payment.order_id,
            purpose=payment.purpose,
            amount=payment.money,
            reason=payment.reason,
        ),
    )
    start_voiding(payment)


def let_authorisation_expire(payment_id: UUID) -> None:
    """Nobody took the money in time: the customer gets it back before the card scheme would."""
    payment = Payment.lock(payment_id)
    if payment.state is PaymentState.AUTHORISED:
        open_mismatch(never_taken(payment))
        start_voiding(payment)
