"""Customers' banks take money back: what Stripe tells of it is written down once, and seen by staff."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.payments import services
from modules.payments.interface import PaymentAmountInvalid
from modules.payments.models import Book, Dispute, EntryKind, Mismatch, MismatchState, Payment, What
from modules.payments.tests.ledger import (
    A_WHILE,
    a_payment,
    deadline_of,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.test_notices import event, send
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database


@pytest.fixture
def paid(stripe):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    return payment


def told(payment):
    return published(payment)[2:]


def total(payment, kind):
    return Payment.get(payment.pk).total(kind)


def notify(dispute, kind="created"):
    """As docs.stripe.com/api/events/types has it: the object is the dispute."""
    answer = send(event(kind=f"charge.dispute.{kind}", **dispute))
    assert answer.status_code == 204
    settle()


def test_money_taken_back_is_written_down_and_told(stripe, paid):
    notify(stripe.dispute(paid.charge_key, amount=2500))

    dispute = Dispute.objects.get()
    assert (dispute.state_name, dispute.reason, dispute.region) == ("open", "product_not_received", "gb")
    assert dispute.answer_by.timestamp() == 1_800_000_000
    assert total(paid, EntryKind.CHARGED_BACK) == pounds(2500)
    assert told(paid) == ["PaymentChargedBack"]
    assert deadline_of(dispute) is not None


def test_what_is_won_comes_back(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=1500)
    notify(dispute)
    stripe.decide(dispute, "won")
    notify(dispute, "closed")

    assert total(paid, EntryKind.CHARGED_BACK) == total(paid, EntryKind.RECOVERED) == pounds(1500)
    assert told(paid) == ["PaymentChargedBack", "PaymentChargebackReversed"]
    assert (Dispute.objects.get().state_name, deadline_of(Dispute.objects.get())) == ("won", None)


def test_what_the_bank_took_back_is_not_given_back_as_well(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=1500)
    notify(dispute)
    with pytest.raises(PaymentAmountInvalid):
        services.refund(payment_id=paid.pk, amount=pounds(1001), reason="late")
    assert Payment.get(paid.pk).refundable == pounds(1000)

    stripe.decide(dispute, "won")
    notify(dispute, "closed")

    assert Payment.get(paid.pk).refundable == pounds(2500)


def test_what_is_lost_stays_away(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=1500)
    stripe.decide(dispute, "lost")
    notify(dispute, "closed")

    assert total(paid, EntryKind.RECOVERED) == pounds(0)
    assert told(paid) == ["PaymentChargedBack"]
    assert (Dispute.objects.get().state_name, deadline_of(Dispute.objects.get())) == ("lost", None)


def test_an_inquiry_takes_nothing_yet(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=2500, status="warning_needs_response")
    notify(dispute)
    assert (Dispute.objects.get().state_name, told(paid)) == ("inquiry", [])

    stripe.decide(dispute, "warning_closed")
    notify(dispute, "closed")

    assert (Dispute.objects.get().state_name, told(paid)) == ("closed", [])
    assert total(paid, EntryKind.CHARGED_BACK) == pounds(0)


def test_notifications_may_come_twice_and_the_last_one_first(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=2500)
    before = dict(dispute, balance_transactions=list(dispute["balance_transactions"]))
    stripe.decide(dispute, "won")
    for body, kind in ((dispute, "closed"), (before, "created"), (before, "created"), (dispute, "closed")):
        notify(body, kind)

    assert told(paid) == ["PaymentChargedBack", "PaymentChargebackReversed"]
    assert Dispute.objects.get().state_name == "won"


def test_what_a_notification_says_of_a_dispute_is_not_believed(stripe, paid):
    invented = {"id": "du_invented", "object": "dispute", "amount": 2500, "payment_intent": "pi_of_nobody"}
    (intent,) = stripe.intents(paid.charge_key)
    notify({**invented, "payment_intent": intent["id"]})

    assert (Dispute.objects.count(), told(paid)) == (0, [])


def test_several_cases_about_one_payment_are_told_apart(stripe, paid):
    stripe.dispute(paid.charge_key, amount=500)
    notify(stripe.dispute(paid.charge_key, amount=700))

    assert total(paid, EntryKind.CHARGED_BACK) == pounds(1200)
    assert told(paid) == ["PaymentChargedBack"] * 2


def test_a_decision_whose_notification_was_lost_is_found_out(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=2500)
    notify(dispute)
    stripe.decide(dispute, "won")

    with clock.shift(timedelta(days=1, seconds=1)):
        settle()

    assert Dispute.objects.get().state_name == "won"
    assert told(paid) == ["PaymentChargedBack", "PaymentChargebackReversed"]


def test_a_silent_stripe_is_asked_again(stripe, paid, settings):
    dispute = stripe.dispute(paid.charge_key, amount=2500)
    address, settings.TIFFIN_STRIPE_API = settings.TIFFIN_STRIPE_API, "http://127.0.0.1:9"
    notify(dispute)
    assert Dispute.objects.count() == 0

    settings.TIFFIN_STRIPE_API = address
    with clock.shift(A_WHILE):
        settle()
    assert told(paid) == ["PaymentChargedBack"]


def test_the_payment_itself_stays_as_it_is(stripe, paid):
    before = state_of(paid)
    notify(stripe.dispute(paid.charge_key, amount=2500))

    assert state_of(paid) is before


# --- compared with Stripe


def compare(hours):
    with clock.shift(timedelta(hours=hours)):
        settle()


def test_money_taken_back_of_which_nobody_told_is_found_and_mended(stripe, paid):
    services.open_books()
    stripe.dispute(paid.charge_key, amount=1500)

    compare(hours=2)

    mismatch = Mismatch.objects.get()
    assert (mismatch.what, mismatch.kind) == (What.ONLY_PROVIDER, "charged_back")
    assert (mismatch.state_name, mismatch.theirs) == (MismatchState.MENDED, 1500)
    assert total(paid, EntryKind.CHARGED_BACK) == pounds(1500)
    assert told(paid) == ["PaymentChargedBack"]


def test_what_is_written_down_hours_after_the_bank_did_it_is_confirmed_by_its_case(stripe, paid):
    dispute = stripe.dispute(paid.charge_key, amount=1500)
    with clock.shift(timedelta(hours=5)):
        stripe.decide(dispute, "won")
        notify(dispute, "closed")
        services.open_books()
    Book.objects.update(compared_until=clock.now() + timedelta(hours=4))

    compare(hours=7)

    assert total(paid, EntryKind.RECOVERED) == pounds(1500)
    assert list(Mismatch.objects.all()) == []


def test_a_case_that_is_not_there_any_more_is_listed(stripe, paid):
    services.open_books()
    notify(stripe.dispute(paid.charge_key, amount=1500))
    stripe.disputes.clear()
    stripe.events.clear()

    compare(hours=2)

    found = Mismatch.objects.get(kind="charged_back")
    assert (found.what, found.is_open, found.ours) == (What.ONLY_LEDGER, True, 1500)
