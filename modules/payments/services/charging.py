"""Charges: what customers owe without an order, asked for by the hundred. What goes well is written down
together; whatever else a provider answers goes the way of any payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from modules.payments.events import PaymentCaptured
from modules.payments.interface import (
    Charge,
    PaymentAmountInvalid,
    PaymentDiffers,
    PaymentMethodUnknown,
    PaymentState,
    TooManyCharges,
)
from modules.payments.models import (
    BatchState,
    ChargeBatch,
    EntryKind,
    KeptMethod,
    Payment,
    PaymentEntry,
    RefundRequest,
    RefundState,
)
from modules.payments.models.shares import parts_of
from modules.payments.providers import Declined, Outcome, Succeeded, provider_of
from modules.payments.services.answers import record_authorisation, record_capture
from modules.payments.services.steps import start_taking
from modules.payments.services.wishes import check_shares
from tiffin import clock, db, jobs, regions
from tiffin.log import publish_all

MOST = 1_000
PATIENCE = timedelta(minutes=15)


class Answered(NamedTuple):
    """What the provider said of a payment; None when it said nothing."""

    payment_id: UUID
    outcome: Outcome | None


def charge_many(*, region: str, purpose: str, charges: Sequence[Charge], present: bool) -> None:
    """Have them asked for. One that is there already on the same terms is left as it is.

    Raises TooManyCharges, PaymentAmountInvalid, PaymentDiffers.
    """
    if len(charges) > MOST:
        raise TooManyCharges(limit=MOST, asked=len(charges))
    if not charges:
        return
    for charge in charges:
        _check(charge, region)
    holder, now = provider_of(region), clock.now()
    with db.transaction():
        batch = ChargeBatch(region=region, count=len(charges))
        batch.save(force_insert=True)
        payments = [
            Payment(
                order_id=charge.charge_id,
                customer_id=charge.customer_id,
                amount=charge.amount.amount,
                currency=charge.amount.currency,
                method=charge.method,
                region=region,
                provider=holder,
                parts=parts_of(charge.shares),
                purpose=purpose,
                present=present,
                batch=batch,
            )
            for charge in charges
        ]
        if db.insert(*payments, unless_taken=("order_id",)) < len(payments):
            payments = _new_ones(payments)
        for payment in payments:
            jobs.set_deadline(payment, "answer_overdue", due=now + payment.next_question)
        jobs.add(batch, "charge", due=now)
        jobs.set_deadline(batch, "batch_overdue", due=now + PATIENCE)


def _check(charge: Charge, region: str) -> None:
    if charge.amount.amount <= 0 or charge.amount.currency != regions.get(region).currency:
        raise PaymentAmountInvalid(action="charged", amount=charge.amount, limit=charge.amount)
    check_shares(charge.shares, charge.amount)


def _new_ones(payments: Sequence[Payment]) -> list[Payment]:
    """Those that were not there before. Raises PaymentDiffers for what is, on other terms."""
    known = {each.order_id: each for each in db.find(Payment, order_id=[each.order_id for each in payments])}
    new = []
    for payment in payments:
        there = known[payment.order_id]
        if (there.money, there.customer_id) != (payment.money, payment.customer_id):
            raise PaymentDiffers(order_id=there.order_id, amount=there.money)
        if there.id == payment.id:
            new.append(payment)
    return new


def begin_charging(batch_id: UUID) -> tuple[list[Payment], list[Payment]]:
    """Those of a batch that are to be held, and those to be taken: from here on the provider may know of
    them."""
    with db.transaction():
        payments = _lock(batch_id, {PaymentState.PENDING, PaymentState.AUTHORISING, PaymentState.CAPTURING})
        begun = [payment for payment in payments if payment.state is PaymentState.PENDING]
        for payment in begun:
            payment.move_to(PaymentState.AUTHORISING)
        db.update(*begun, fields=("state_name", "asked"))
    held = [payment for payment in payments if payment.state is PaymentState.CAPTURING]
    to_hold = [payment for payment in payments if payment.state is PaymentState.AUTHORISING]
    strangers = _by_others_cards(to_hold)
    for payment_id in strangers:
        record_authorisation(payment_id, Declined(reason=PaymentMethodUnknown.code))
    return [payment for payment in to_hold if payment.id not in strangers], held


def _by_others_cards(payments: Sequence[Payment]) -> set[UUID]:
    """A card that is kept is its owner's alone."""
    kept = db.find(KeptMethod, method=sorted({payment.method for payment in payments}))
    owners: defaultdict[str, set[UUID]] = defaultdict(set)
    for card in kept:
        owners[card.method].add(card.customer_id)
    return {
        payment.id
        for payment in payments
        if payment.method in owners and owners[payment.method] != {payment.customer_id}
    }


def record_held(batch_id: UUID, answers: Iterable[Answered]) -> list[Payment]:
    """The provider says which it holds; returns those that are to be taken now."""
    told = dict(answers)
    with db.transaction():
        payments, now = _going_well(batch_id, PaymentState.AUTHORISING, told), clock.now()
        entries = []
        for payment, outcome in payments:
            entries.append(payment.entry(EntryKind.AUTHORISED, outcome.amount, outcome.reference))
            start_taking(payment)
            payment.confirmed.append(entries[-1])
            jobs.set_deadline(payment, "answer_overdue", due=now + payment.next_question)
        db.insert(*entries, unless_taken=("payment", "kind", "reference"))
        db.update(*(payment for payment, _ in payments), fields=Payment.fields())
    done = {payment.id for payment, _ in payments}
    for payment_id, answer in told.items():
        if answer is not None and payment_id not in done:
            record_authorisation(payment_id, answer)
    return [payment for payment, _ in payments]


def record_taken(batch_id: UUID, answers: Iterable[Answered]) -> None:
    """The provider says which it has taken."""
    told = dict(answers)
    with db.transaction():
        payments = _going_well(batch_id, PaymentState.CAPTURING, told)
        entries = []
        for payment, outcome in payments:
            parts = payment.capture_parts
            entries.append(payment.entry(EntryKind.CAPTURED, outcome.amount, outcome.reference, parts=parts))
            payment.move_to(PaymentState.CAPTURED)
            jobs.clear_deadline(payment)
        db.insert(*entries, unless_taken=("payment", "kind", "reference"))
        publish_all(
            [(payment, [_captured(payment, outcome)]) for payment, outcome in payments],
            saving=Payment.fields(),
        )
    done = {payment.id for payment, _ in payments}
    for payment_id, answer in told.items():
        if answer is not None and payment_id not in done:
            record_capture(payment_id, answer)


def end_batch(batch_id: UUID) -> None:
    """All of it was asked for. What no answer came to is asked after by itself."""
    with db.transaction():
        batch = ChargeBatch.lock(batch_id)
        if batch.state is BatchState.ASKING:
            batch.move_to(BatchState.ASKED)
            batch.save(update_fields=("state_name",))
            jobs.clear_deadline(batch)


def ask_for_batch(batch_id: UUID) -> None:
    """The deadline of a batch: its job was given up, and is begun again."""
    batch = ChargeBatch.lock(batch_id)
    if batch.state is BatchState.ASKING:
        jobs.add(batch, "charge", due=clock.now())
        jobs.set_deadline(batch, "batch_overdue", due=clock.now() + PATIENCE)


def _captured(payment: Payment, outcome: Succeeded) -> PaymentCaptured:
    return PaymentCaptured(
        payment_id=payment.id, order_id=payment.order_id, amount=outcome.amount, purpose=payment.purpose
    )


@db.transaction_required
def _going_well(
    batch_id: UUID, state: PaymentState, told: Mapping[UUID, Outcome | None]
) -> list[tuple[Payment, Succeeded]]:
    """Those that succeeded whole and still stand where they were asked, locked, with what was confirmed of
    them before; but for those of which something is wanted back already."""
    found: list[tuple[Payment, Succeeded]] = []
    for payment in _lock(batch_id, {state}, told):
        outcome = told.get(payment.id)
        if isinstance(outcome, Succeeded) and outcome.amount == payment.money:
            found.append((payment, outcome))
    ids = [payment.id for payment, _ in found]
    wanted = db.find(RefundRequest, payment_id=ids, state_name=RefundState.WANTED.value)
    back = {request.payment_id for request in wanted}
    entries: defaultdict[UUID, list[PaymentEntry]] = defaultdict(list)
    for entry in db.find(PaymentEntry, payment_id=ids):
        entries[entry.payment_id].append(entry)
    for payment, _ in found:
        payment.confirmed = entries[payment.id]
    return [(payment, outcome) for payment, outcome in found if payment.id not in back]


@db.transaction_required
def _lock(
    batch_id: UUID, states: Collection[PaymentState], ids: Collection[UUID] | None = None
) -> list[Payment]:
    """Those of the batch, or of these of it."""
    rows = Payment.objects.filter(batch_id=batch_id, state_name__in=[state.value for state in states])
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return list(rows.select_for_update(no_key=True).order_by("pk"))
