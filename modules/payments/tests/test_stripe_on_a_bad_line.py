"""Whatever is lost on the way to Stripe and back, money is held, taken and given back once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.payments import services
from modules.payments.interface import PaymentState
from modules.payments.providers import Declined, ProviderTimeout, Succeeded, provider
from modules.payments.providers.stripe import client as line_to_stripe
from modules.payments.tests.ledger import (
    A_WHILE,
    Memory,
    a_payment,
    captured,
    look_at,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.localstripe import CANCEL, CAPTURE, CONFIRM, CREATE, REFUND
from tiffin import clock
from tiffin.models import Job
from tiffin.testing import settle

pytestmark = pytest.mark.database

UNTIL_OVERDUE = timedelta(seconds=301)


@pytest.mark.parametrize("what", ["request", "answer"])
@pytest.mark.parametrize("of", [CREATE, CONFIRM])
def test_whatever_is_lost_money_is_held_once(stripe, what, of):
    payment = a_payment(amount=1900)
    stripe.lose(what, of=of)
    settle()
    assert state_of(payment) is PaymentState.AUTHORISING

    with clock.shift(A_WHILE):
        settle()

    assert state_of(payment) is PaymentState.AUTHORISED
    assert [each["status"] for each in stripe.intents(payment.charge_key)] == ["requires_capture"]


@pytest.mark.parametrize(("what", "of", "state"), [
    ("request", CREATE, PaymentState.FAILED),
    ("answer", CREATE, PaymentState.FAILED),
    ("request", CONFIRM, PaymentState.FAILED),
    ("answer", CONFIRM, PaymentState.AUTHORISED),
])  # fmt: skip
def test_what_became_of_it_is_known_when_the_answer_is_overdue(stripe, what, of, state):
    payment = a_payment()
    stripe.lose(what, of=of)
    settle()
    Job.objects.using("payments").filter(key=payment.pk, name="authorise").update(state="held")

    with clock.shift(UNTIL_OVERDUE):
        settle()

    assert state_of(payment) is state
    assert Memory(payment).authorised == (2500 if state is PaymentState.AUTHORISED else 0)


@pytest.mark.parametrize("what", ["request", "answer"])
@pytest.mark.parametrize("of", [CREATE, CONFIRM])
def test_letting_go_before_an_answer_is_known_forbids_the_charge(stripe, what, of):
    payment = a_payment()
    stripe.lose(what, of=of)
    settle()

    services.void(payment_id=payment.pk)
    settle()
    late = provider("stripe").authorise(key=payment.charge_key, amount=payment.money, method=payment.method)

    assert state_of(payment) is PaymentState.VOIDED
    assert late == Declined(reason="charge_cancelled")
    assert Memory(payment).authorised == Memory(payment).voided == look_at(payment).voided.amount


def test_letting_go_between_the_two_steps_forbids_the_second(stripe):
    """Whoever creates the intent learns, when writing down its name, that it is not wanted any more."""
    payment, at_stripe = a_payment(), provider("stripe")
    stripe.meanwhile(lambda: at_stripe.void(key=payment.void_key, charge=payment.charge_key), of=CREATE)

    outcome = at_stripe.authorise(key=payment.charge_key, amount=pounds(2500), method="pm_card_visa")

    assert outcome == Declined(reason="charge_cancelled")
    assert [each["status"] for each in stripe.intents(payment.charge_key)] == ["requires_confirmation"]


def test_a_charge_that_somebody_else_has_just_confirmed_is_held_and_not_declined(stripe):
    """As when a job outlives its lease: two confirm the same intent, and the second cannot."""
    payment, at_stripe = a_payment(), provider("stripe")
    wanted = {"key": payment.charge_key, "amount": pounds(2500), "method": "pm_card_visa"}
    stripe.meanwhile(lambda: at_stripe.authorise(**wanted), of=CREATE)

    outcome = at_stripe.authorise(**wanted)

    (intent,) = stripe.intents(payment.charge_key)
    assert outcome == Succeeded(reference=intent["id"], amount=pounds(2500))


def test_money_held_for_a_payment_that_has_ended_is_let_go_when_stripe_tells_of_it(stripe):
    payment = a_payment()
    services.begin_authorising(payment.pk)
    services.record_authorisation(payment.pk, Declined(reason="refused"))
    provider("stripe").authorise(key=payment.charge_key, amount=pounds(2500), method="pm_card_visa")
    assert (state_of(payment), Memory(payment).held) == (PaymentState.DECLINED, 2500)

    services.record_provider_notification(key=payment.charge_key)
    settle()

    assert (state_of(payment), Memory(payment).held) == (PaymentState.VOIDED, 0)


@pytest.mark.parametrize("what", ["request", "answer", "error"])
def test_a_capture_is_made_once_whatever_is_lost(stripe, what):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(1800))
    stripe.lose(what, of=CAPTURE)
    settle()
    assert state_of(payment) is PaymentState.CAPTURING

    with clock.shift(A_WHILE):
        settle()

    seen = look_at(payment)
    assert (seen.state, seen.captured, seen.voided) == (PaymentState.CAPTURED, pounds(1800), pounds(700))
    assert Memory(payment).captured == 1800


def test_a_capture_that_was_given_up_and_happened_all_the_same_goes_back(stripe):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    services.void(payment_id=payment.pk)
    stripe.lose("answer", of=CAPTURE)
    settle()
    with clock.shift(A_WHILE):
        settle()

    assert state_of(payment) is PaymentState.REFUNDED
    assert (Memory(payment).captured, Memory(payment).refunded) == (2500, 2500)


@pytest.mark.parametrize("what", ["request", "answer"])
def test_what_is_held_is_let_go_whatever_is_lost(stripe, what):
    payment = a_payment()
    settle()
    services.void(payment_id=payment.pk)
    stripe.lose(what, of=CANCEL)
    settle()
    with clock.shift(A_WHILE):
        settle()

    assert (state_of(payment), look_at(payment).voided) == (PaymentState.VOIDED, pounds(2500))
    assert Memory(payment).held == 0


@pytest.mark.parametrize("what", ["request", "answer"])
def test_a_refund_is_given_once_whatever_is_lost(stripe, what):
    payment = captured()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    stripe.lose(what, of=REFUND)
    settle()
    assert state_of(payment) is PaymentState.REFUNDING

    with clock.shift(A_WHILE):
        settle()

    assert state_of(payment) is PaymentState.PARTIALLY_REFUNDED
    assert Memory(payment).refunded == 700


def test_a_refund_is_given_once_though_stripe_has_forgotten_its_key(stripe):
    """Keys may be forgotten after 24 hours; our key stands on the refund, too."""
    payment = captured()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    stripe.lose("answer", of=REFUND)
    settle()
    stripe.answers.clear()

    with clock.shift(timedelta(days=2)):
        settle()

    assert state_of(payment) is PaymentState.PARTIALLY_REFUNDED
    assert Memory(payment).refunded == 700


def test_an_error_that_stripe_keeps_for_a_day_is_outlived(stripe):
    """Under a key that met a 500 Stripe answers 500 until it forgets the key."""
    payment = captured()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    stripe.lose("error", of=REFUND)
    for hours in (0, 1, 20):
        with clock.shift(timedelta(hours=hours)):
            settle()
        assert state_of(payment) is PaymentState.REFUNDING

    stripe.answers.clear()
    with clock.shift(timedelta(hours=25)):
        settle()

    assert Memory(payment).refunded == 700


def test_an_answer_that_takes_too_long_is_none(stripe, monkeypatch):
    monkeypatch.setattr(line_to_stripe, "TIMEOUT", (1.0, 0.2))
    line_to_stripe._client.cache_clear()
    stripe.slow_seconds = 0.5
    payment = a_payment()

    with pytest.raises(ProviderTimeout):
        provider("stripe").authorise(key=payment.charge_key, amount=payment.money, method=payment.method)
    line_to_stripe._client.cache_clear()


def test_a_key_that_stripe_does_not_take_decides_nothing(stripe, settings):
    payment = a_payment()
    settings.TIFFIN_STRIPE_SECRET_KEY = "nonsense"
    settle()

    assert (state_of(payment), published(payment)) == (PaymentState.AUTHORISING, [])
    settings.TIFFIN_STRIPE_SECRET_KEY = "sk_test_of_the_tests"
    with clock.shift(A_WHILE):
        settle()
    assert state_of(payment) is PaymentState.AUTHORISED
