"""What customers' banks dispute. A notification only makes us ask for all cases of the payment; what the
provider says of them is written down."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from modules.payments.events import PaymentChargebackReversed, PaymentChargedBack
from modules.payments.models import Dispute, EntryKind, Payment
from modules.payments.providers import DisputeSeen
from modules.payments.states import OPEN
from tiffin import clock, db, jobs
from tiffin.log import publish

# A case takes weeks, and a notification may be lost.
ASKED_EVERY = timedelta(days=1)


@db.transaction_required
def want_disputes(payment: Payment) -> None:
    """Have the provider asked for the cases about the payment."""
    jobs.add(payment, "look_at_disputes", due=clock.now())


def ask_for_disputes(*, payment_id: UUID) -> None:
    """As want_disputes, for staff."""
    with db.transaction():
        want_disputes(Payment.lock(payment_id))


def record_disputes(payment_id: UUID, cases: Iterable[DisputeSeen]) -> None:
    """The provider tells of every case about the payment."""
    with db.transaction():
        payment = Payment.lock(payment_id)
        for case in cases:
            _record(payment, case)


def ask_about(dispute_id: UUID) -> None:
    """A case has not moved for long."""
    dispute = Dispute.lock(dispute_id)
    if dispute.is_open:
        jobs.add(dispute, "look_at_dispute", due=clock.now())
        jobs.set_deadline(dispute, "dispute_silent", due=clock.now() + ASKED_EVERY)


@db.transaction_required
def _record(payment: Payment, case: DisputeSeen) -> None:
    dispute = Dispute.objects.filter(reference=case.reference).first() or Dispute(
        payment=payment, region=payment.region, reference=case.reference
    )
    dispute.amount, dispute.reason = case.amount.amount, case.reason
    dispute.state_name, dispute.answer_by = case.standing.value, case.answer_by
    dispute.save()
    if case.standing in OPEN:
        jobs.set_deadline(dispute, "dispute_silent", due=clock.now() + ASKED_EVERY)
    else:
        jobs.clear_deadline(dispute)
    if case.withdrawn and payment.enter(EntryKind.CHARGED_BACK, case.amount, case.reference):
        publish(
            payment,
            PaymentChargedBack(
                payment_id=payment.id,
                order_id=payment.order_id,
                purpose=payment.purpose,
                amount=case.amount,
                reason=case.reason,
                dispute=case.reference,
            ),
        )
    if case.reinstated and payment.enter(EntryKind.RECOVERED, case.amount, case.reference):
        publish(
            payment,
            PaymentChargebackReversed(
                payment_id=payment.id,
                order_id=payment.order_id,
                purpose=payment.purpose,
                amount=case.amount,
                dispute=case.reference,
            ),
        )
