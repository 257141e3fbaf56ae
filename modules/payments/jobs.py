"""What payments asks the provider, again and again under the same keys until it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby, islice
from operator import attrgetter
from uuid import UUID

from modules.payments import selectors, services
from modules.payments.interface import PaymentState
from modules.payments.models import Dispute, KeptMethod, Mismatch, Payment, RefundRequest, RefundState
from modules.payments.providers import Declined, Outcome, ProviderTimeout, Succeeded, provider
from modules.payments.providers.keeping import MethodKeeper
from modules.payments.providers.many import hold_many, take_many
from modules.payments.providers.port import Hold, Take
from modules.payments.providers.selection import keeper
from modules.payments.states import KeepingState
from tiffin.jobs import Later, deadline, every, job

PROVIDER = "payment_provider"
PROVIDER_CAP = 16
# Each asks for several at once.
BATCHES, BATCHES_CAP = "payment_batches", 6
BATCH_LEASE = timedelta(minutes=2)
CHARGES = 250
ATTEMPTS = 8
LEASE = timedelta(seconds=60)
# A busy hour is a quarter of a million movements.
LONG_LEASE = timedelta(minutes=15)
OUTAGE_PAUSE = timedelta(minutes=5)


class VoidRefused(RuntimeError):
    """The provider refuses to let go of money that it did not capture either: staff must look."""


@job("authorise", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def authorise(payment_id: UUID) -> None:
    """Ask for the money."""
    payment = services.begin_authorising(payment_id)
    if payment is None:
        return
    outcome = provider(payment.provider).authorise(
        key=payment.charge_key, amount=payment.money, method=payment.method, present=payment.present
    )
    services.record_authorisation(payment_id, outcome)


@job("charge", attempts=ATTEMPTS, lease=BATCH_LEASE, destination=BATCHES, cap=BATCHES_CAP)
def charge(batch_id: UUID) -> None:
    """Ask for what a batch of charges is owed: hold it, then take it. What no answer came to is asked for
    again soon, under its key."""
    unanswered = 0
    to_hold, held = services.begin_charging(batch_id)
    for payments in _by_provider(to_hold):
        wishes = [
            Hold(key=each.charge_key, amount=each.money, method=each.method, present=each.present)
            for each in payments
        ]
        outcomes = hold_many(provider(payments[0].provider), wishes)
        unanswered += outcomes.count(None)
        held += services.record_held(batch_id, _answers(payments, outcomes))
    for payments in _by_provider(held):
        takes = [
            Take(key=each.capture_key, charge=each.charge_key, amount=each.of(each.capture_amount))
            for each in payments
        ]
        outcomes = take_many(provider(payments[0].provider), takes)
        unanswered += outcomes.count(None)
        services.record_taken(batch_id, _answers(payments, outcomes))
    if unanswered:
        raise ProviderTimeout(f"{unanswered} of {batch_id}")
    services.end_batch(batch_id)


def _by_provider(payments: Iterable[Payment]) -> Iterator[list[Payment]]:
    """In parts, so that what was answered is written down before long."""
    for _, held in groupby(sorted(payments, key=attrgetter("provider")), key=attrgetter("provider")):
        while page := list(islice(held, CHARGES)):
            yield page


def _answers(payments: Iterable[Payment], outcomes: Iterable[Outcome | None]) -> list[services.Answered]:
    return [
        services.Answered(payment.id, outcome) for payment, outcome in zip(payments, outcomes, strict=True)
    ]


@deadline("batch_overdue")
def batch_overdue(batch_id: UUID) -> None:
    """It was not asked for in time."""
    services.ask_for_batch(batch_id)


@job("capture", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def capture(payment_id: UUID) -> None:
    """Take the money."""
    payment = selectors.in_state(payment_id, PaymentState.CAPTURING)
    if payment is None:
        return
    outcome = provider(payment.provider).capture(
        key=payment.capture_key, charge=payment.charge_key, amount=payment.of(payment.capture_amount)
    )
    services.record_capture(payment_id, outcome)


@job("void", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def void(payment_id: UUID) -> None:
    """Let go of the money; what turns out to be captured goes back instead."""
    payment = selectors.in_state(payment_id, PaymentState.VOIDING)
    if payment is None:
        return
    outcome = provider(payment.provider).void(key=payment.void_key, charge=payment.charge_key)
    if isinstance(outcome, Declined):
        _give_back_late_capture(payment, outcome)
    else:
        services.record_void(payment_id, outcome)


def _give_back_late_capture(payment: Payment, refusal: Declined) -> None:
    captured = provider(payment.provider).find(key=payment.capture_key)
    if not isinstance(captured, Succeeded):
        raise VoidRefused(f"{payment.id}: {refusal.reason}")
    services.record_capture(payment.id, captured)


@job("refund", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def refund(payment_id: UUID) -> None:
    """Give back what is wanted next."""
    payment = selectors.in_state(payment_id, PaymentState.REFUNDING)
    if payment is None:
        return
    request = RefundRequest.objects.filter(payment=payment, state_name=RefundState.WANTED.value).first()
    if request is None:
        return
    outcome = provider(payment.provider).refund(
        key=payment.refund_key(request.number), charge=payment.charge_key, amount=payment.of(request.amount)
    )
    services.record_refund(payment_id, request.number, outcome)


@job("settle", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def settle(payment_id: UUID, overdue: bool) -> None:
    """Ask what became of it."""
    question = services.open_question(payment_id)
    if question is None:
        return
    found = provider(question.provider).find(key=question.key)
    services.settle(payment_id, question, found, overdue=overdue)


@deadline("answer_overdue")
def answer_overdue(payment_id: UUID) -> None:
    """The provider, or the customer, has not answered in time."""
    services.ask_again(payment_id)


@deadline("authorisation_overdue")
def authorisation_overdue(payment_id: UUID) -> None:
    """The money was held long enough."""
    services.let_authorisation_expire(payment_id)


@job("look_at_disputes", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def look_at_disputes(payment_id: UUID) -> None:
    """Ask for every case about the payment."""
    payment = Payment.get(payment_id)
    cases = provider(payment.provider).disputes(charge=payment.charge_key)
    services.record_disputes(payment_id, cases)


@job("look_at_dispute", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def look_at_dispute(dispute_id: UUID) -> None:
    """Ask how a case stands by now."""
    look_at_disputes(Dispute.get(dispute_id).payment_id)


@deadline("dispute_silent")
def dispute_silent(dispute_id: UUID) -> None:
    """Nothing was heard of an open case for a day."""
    services.ask_about(dispute_id)


@job("prepare_method", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def prepare_method(method_id: UUID) -> None:
    """Make ready for a card."""
    kept, keeps = _kept(method_id, KeepingState.PREPARING)
    if kept and keeps:
        customer = services.customer_known_to(kept)
        prepared = keeps.prepare(key=f"{kept.id}:keep", customer=customer)
        services.record_preparation(method_id, prepared)


@job("look_at_method", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def look_at_method(method_id: UUID) -> None:
    """Ask which card was entered."""
    kept, keeps = _kept(method_id, KeepingState.WAITING)
    if kept and keeps:
        services.record_method(method_id, keeps.look(setup=kept.setup))


@job("remove_method", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def remove_method(method_id: UUID) -> None:
    """Have the card kept no longer."""
    kept, keeps = _kept(method_id, KeepingState.REMOVING)
    if kept and keeps:
        if kept.setup:
            keeps.remove(setup=kept.setup)
        services.record_removal(method_id)


def _kept(method_id: UUID, state: KeepingState) -> tuple[KeptMethod | None, MethodKeeper | None]:
    """The card if it is (still) in `state`, and who keeps it."""
    kept = KeptMethod.get(method_id)
    return (kept, keeper(kept.provider)) if kept.state is state else (None, None)


@deadline("method_overdue")
def method_overdue(method_id: UUID) -> None:
    """Nothing has become of a card for some time."""
    services.hurry_method(method_id)


@job("process_notice")
def process_notice(notice_id: UUID) -> None:
    """Look at what a provider has sent."""
    services.process(notice_id)


@deadline("notice_overdue")
def notice_overdue(notice_id: UUID) -> None:
    """Nobody has looked at it."""
    services.ask_to_process(notice_id)


# --- the books -------------------------------------------------------------------------------------


@every("open_books", pause=timedelta(minutes=1))
def books() -> None:
    """Each region has its book, and with it the jobs below, which add themselves again."""
    services.open_books()


@job("close_days", attempts=ATTEMPTS, lease=LONG_LEASE)
def close_days(book_id: UUID) -> None:
    """Close the days that are over."""
    services.close_days(book_id)


@job("reconcile", attempts=ATTEMPTS, lease=LONG_LEASE)
def reconcile(book_id: UUID) -> None:
    """Compare the next hour with what the provider did, however long it does not answer."""
    with _however_long():
        services.reconcile(book_id, [(name, provider(name)) for name in services.holders_of(book_id)])


@job("look_again", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def look_again(mismatch_id: UUID) -> None:
    """Ask about what the provider and we do not agree on, however long it does not answer."""
    with _however_long():
        services.look_again(mismatch_id, provider(Mismatch.get(mismatch_id).holder))


@job("look_at_entries", attempts=ATTEMPTS, lease=LEASE, destination=PROVIDER, cap=PROVIDER_CAP)
def look_at_entries(payment_id: UUID) -> None:
    """Ask whether what was taken and given back still is."""
    with _however_long():
        services.look_at_entries(payment_id, provider(Payment.get(payment_id).provider))


@contextmanager
def _however_long() -> Iterator[None]:
    """No money waits for the answer: an outage is sat out, and uses up no attempts."""
    try:
        yield
    except ProviderTimeout as silence:
        raise Later(OUTAGE_PAUSE) from silence


@job("gather_payouts", attempts=ATTEMPTS, lease=LONG_LEASE)
def gather_payouts(book_id: UUID) -> None:
    """Make the bank file of the day."""
    services.gather(book_id)


@deadline("books_untended")
def books_untended(book_id: UUID) -> None:
    """A day has gone by: what was given up is begun again."""
    services.tend(book_id)


@deadline("mismatch_stands")
def mismatch_stands(mismatch_id: UUID) -> None:
    """Nobody has closed it for a day."""
    services.stand(mismatch_id)


# --- money that leaves and comes in otherwise ------------------------------------------------------------


@deadline("payout_stands")
def payout_stands(payout_id: UUID) -> None:
    """Nobody has moved it on."""
    services.stand_still(payout_id)


@job("issue_invoice", attempts=ATTEMPTS, lease=LEASE)
def issue_invoice(collection_id: UUID) -> None:
    """Give what is owed its number, and a day on which it is due."""
    services.issue_invoice(collection_id)


@deadline("collection_due")
def collection_due(collection_id: UUID) -> None:
    """It should have been invoiced, or have come."""
    services.fall_due(collection_id)
