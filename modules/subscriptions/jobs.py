"""What subscriptions does later, again, and with payments."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import structlog

from modules.payments.interface import (
    Charge,
    KeptCardState,
    Party,
    PaymentAmountInvalid,
    PaymentDiffers,
    Payments,
    PaymentState,
    PaymentView,
    Share,
)
from modules.subscriptions.interface import PURPOSE
from modules.subscriptions.models import Attempt, BillingRun
from modules.subscriptions.services import charging, trials
from modules.subscriptions.services.due import do_what_is_due
from modules.subscriptions.services.figures import forget_shown
from modules.subscriptions.services.inviting import invite_some
from modules.subscriptions.services.numbering import number_invoices
from modules.subscriptions.services.outcomes import CAPTURED, DECLINED, FAILED, Heard, record
from modules.subscriptions.services.reminding import remind_some
from modules.subscriptions.services.repricing import take_back_some, tell_some
from tiffin import db, ids
from tiffin.interfaces import CommandKey, call
from tiffin.jobs import Later, deadline, every, job
from tiffin.money import Money

log = structlog.get_logger(__name__)
ATTEMPTS = 8
LEASE = timedelta(minutes=2)
# A worker that does the same again and again lets others have a turn well before its lease is over.
MOST_BATCHES = 10
UNDER_WAY = timedelta(seconds=30)
_TAKEN = frozenset(
    {PaymentState.CAPTURED, PaymentState.REFUNDING, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED}
)
_ENDED = frozenset({PaymentState.VOIDED, PaymentState.DECLINED, PaymentState.FAILED})


@every("do_what_is_due", pause=timedelta(seconds=5), lease=LEASE)
def due() -> None:
    """Periods begin, payments are tried again, pauses end."""
    for _ in range(MOST_BATCHES):
        if not do_what_is_due():
            return


@every("number_invoices", pause=timedelta(seconds=30))
def number() -> None:
    """What was issued is numbered."""
    while number_invoices():
        pass


@every("invite_back", pause=timedelta(hours=1))
def invite() -> None:
    """Who left a while ago is asked to come back."""
    for _ in range(MOST_BATCHES):
        if not invite_some():
            return


@every("remind_of_charges", pause=timedelta(hours=1))
def remind() -> None:
    """Trials and years that are over soon."""
    for _ in range(MOST_BATCHES):
        if not remind_some():
            return


@every("forget_shown", pause=timedelta(days=1))
def forget() -> None:
    """What is counted is not needed any more."""
    forget_shown()


@job("charge_run", attempts=ATTEMPTS)
def charge_run(run_id: UUID) -> None:
    """Have its invoices charged; asked again, payments knows each charge by its id."""
    found = charging.run_of(run_id)
    if found is None:
        return
    run, invoices = found
    again = {each.customer_id for each in invoices if not each.method}
    if again:
        charging.choose(invoices, {customer: _kept(customer, run.region) for customer in again})
    charges = [
        Charge(
            charge_id=each.charge_id,
            customer_id=each.customer_id,
            amount=Money(amount=each.amount, currency=each.currency),
            method=each.method,
            shares=(_share(each),),
        )
        for each in charging.wanted(invoices)
    ]
    if charges:
        _charge(run, charges)
    charging.end_run(run_id)


def _charge(run: BillingRun, charges: list[Charge]) -> None:
    """One with which something is wrong keeps none of the others: it is asked for anew, after a while."""
    try:
        call(Payments).charge_many(
            # Each charge is once by its id; the second time fewer may be left, which is another command.
            key=CommandKey(str(ids.new_id())),
            region=run.region,
            purpose=PURPOSE,
            charges=charges,
            present=run.present,
        )
    except (PaymentAmountInvalid, PaymentDiffers) as refusal:
        if len(charges) > 1:
            for each in charges:
                _charge(run, [each])
            return
        log.error("charge_refused", charge=str(charges[0].charge_id), reason=refusal.sentence)
        charging.refused(charges[0].charge_id)


def _share(wanted: charging.Wanted) -> Share:
    """The platform sells it, and owes the tax."""
    tax = Money(amount=wanted.tax, currency=wanted.currency)
    whole = Money(amount=wanted.amount, currency=wanted.currency)
    return Share(party=Party.PLATFORM, sale=whole - tax, tax=tax)


def _kept(customer_id: UUID, region: str) -> list[str]:
    cards = call(Payments).kept_cards(customer_id=customer_id)
    return [card.method for card in cards if (card.state, card.region) == (KeptCardState.KEPT, region)]


@deadline("run_overdue")
def run_overdue(run_id: UUID) -> None:
    """It was not asked for in time."""
    charging.ask_for_run(run_id)


@job("check_trial", attempts=ATTEMPTS)
def check_trial(membership_id: UUID) -> None:
    """A trial by a card that nobody could ever charge ends at once: where cards are kept, or there is nothing
    else to pay with, it is one of the customer's own or what everybody may use there."""
    found = trials.trial(membership_id)
    if found is None:
        return
    choice = call(Payments).choice(region=found.region, customer_id=found.customer_id)
    keeps = choice.card_entry is not None and choice.card_entry.keeps
    if (keeps or not choice.methods) and found.method not in {
        each.method for each in (*choice.kept, *choice.methods)
    }:
        trials.end_trial(membership_id)


@job("undo_charges", attempts=ATTEMPTS)
def undo_charges(membership_id: UUID) -> None:
    """What is not wanted is let go, or given back."""
    waits = False
    for attempt, may_come in charging.to_undo(membership_id):
        payments = call(Payments).for_orders(order_ids=[attempt.id])
        for payment in payments:
            _undo(attempt, payment)
        if may_come and not payments:
            waits = True
        else:
            charging.undone(attempt.id)
    if waits:
        raise Later(UNDER_WAY)


def _undo(attempt: Attempt, payment: PaymentView) -> None:
    key = CommandKey(f"undo {attempt.id}")
    if payment.state in _TAKEN:
        back = payment.captured - payment.refunded
        if back:
            call(Payments).refund(key=key, payment_id=payment.id, amount=back, reason="not_wanted")
    elif payment.state not in _ENDED:
        call(Payments).void(key=key, payment_id=payment.id)


@job("tell_of_prices", attempts=ATTEMPTS)
def tell_of_prices(repricing_id: UUID) -> None:
    """Some hundred members at a time."""
    if tell_some(repricing_id):
        raise Later(timedelta(0))


@job("tell_of_old_prices", attempts=ATTEMPTS)
def tell_of_old_prices(repricing_id: UUID) -> None:
    """Some hundred members at a time."""
    if take_back_some(repricing_id):
        raise Later(timedelta(0))


@job("refund_invoices", attempts=ATTEMPTS)
def refund_invoices(membership_id: UUID) -> None:
    """What was credited of what was paid goes back: by each credit note once."""
    for note, payment_id in charging.to_refund(membership_id):
        call(Payments).refund(
            key=CommandKey(f"refund {note.id}"),
            payment_id=payment_id,
            amount=note.money,
            reason=note.reason,
        )
        charging.asked_to_refund(note.id)


@job("look_at_charge", attempts=ATTEMPTS)
def look_at_charge(membership_id: UUID) -> None:
    """News that was lost is asked for."""
    charge_id = charging.charge_under_way(membership_id)
    if charge_id is None:
        return
    for payment in call(Payments).for_orders(order_ids=[charge_id]):
        outcome = CAPTURED if payment.state in _TAKEN else FAILED if payment.state in _ENDED else ""
        if payment.state is PaymentState.DECLINED:
            outcome = DECLINED
        if outcome:
            with db.transaction():
                record([Heard(charge_id, payment.id, outcome, payment.reason)])
