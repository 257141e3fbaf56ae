"""Money held, taken, let go and given back."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from modules.payments import services
from modules.payments.interface import (
    PaymentAmountInvalid,
    PaymentDiffers,
    PaymentMethodUnknown,
    PaymentState,
    PaymentStateConflict,
    PaymentUnknown,
)
from modules.payments.models import Payment, PaymentEntry
from modules.payments.tests.ledger import (
    A_WHILE,
    ACTION,
    DECLINED,
    TIMEOUT,
    Memory,
    a_payment,
    deadline_of,
    look_at,
    pounds,
    published,
    state_of,
)
from tiffin import clock, ids
from tiffin.testing import settle

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("anywhere")]


def test_asking_for_money_answers_before_the_provider_does():
    payment = a_payment()

    assert look_at(payment).state is PaymentState.PENDING
    assert look_at(payment).authorised == pounds(0)
    assert deadline_of(payment) is not None


def test_a_good_card_is_authorised():
    payment = a_payment(amount=2500)

    settle()

    assert state_of(payment) is PaymentState.AUTHORISED
    assert look_at(payment).authorised == pounds(2500)
    assert published(payment) == ["PaymentAuthorised"]


def test_a_declined_card_holds_nothing_and_says_why():
    payment = a_payment(method=DECLINED)

    settle()

    assert (state_of(payment), look_at(payment).reason) == (PaymentState.DECLINED, "card_declined")
    assert published(payment) == ["PaymentDeclined"]
    assert deadline_of(payment) is None


@pytest.mark.parametrize("anywhere", ["sandbox"], indirect=True)
def test_a_lost_answer_is_asked_for_again_under_the_same_key():
    payment = a_payment(method=TIMEOUT, amount=1900)
    settle()
    assert state_of(payment) is PaymentState.AUTHORISING

    with clock.shift(A_WHILE / 2):
        settle()

    assert state_of(payment) is PaymentState.AUTHORISED
    assert Memory(payment).authorised == 1900


def test_a_card_may_need_its_owner():
    payment = a_payment(method=ACTION)

    settle()

    assert state_of(payment) is PaymentState.REQUIRES_ACTION
    assert "/3ds/" in (look_at(payment).action_url or "")
    assert published(payment) == ["PaymentActionRequired"]


def test_an_order_is_paid_once_however_often_it_is_asked():
    order_id = ids.new_id()
    first, second = a_payment(order_id=order_id), a_payment(order_id=order_id)

    assert first.pk == second.pk
    with pytest.raises(PaymentDiffers):
        a_payment(order_id=order_id, amount=9900)


@pytest.mark.parametrize(("method", "amount", "error"), [
    ("card_of_nobody", 100, PaymentMethodUnknown),
    ("pm_card_visa", 0, PaymentAmountInvalid),
    ("pm_card_visa", -5, PaymentAmountInvalid),
])  # fmt: skip
def test_what_cannot_be_paid_is_refused_at_once(method, amount, error):
    with pytest.raises(error):
        a_payment(method=method, amount=amount)

    assert not Payment.objects.exists()


def test_capturing_less_lets_go_of_the_rest():
    payment = a_payment(amount=2500)
    settle()

    services.capture(payment_id=payment.pk, amount=pounds(1800))
    assert state_of(payment) is PaymentState.CAPTURING
    settle()

    seen = look_at(payment)
    assert (seen.state, seen.captured, seen.voided) == (PaymentState.CAPTURED, pounds(1800), pounds(700))
    assert published(payment) == ["PaymentAuthorised", "PaymentCaptured"]


@pytest.mark.parametrize("amount", [0, -1, 2501])
def test_no_more_is_taken_than_is_held(amount):
    payment = a_payment(amount=2500)
    settle()

    with pytest.raises(PaymentAmountInvalid):
        services.capture(payment_id=payment.pk, amount=pounds(amount))

    assert state_of(payment) is PaymentState.AUTHORISED


def test_what_is_not_authorised_cannot_be_taken():
    payment = a_payment()

    with pytest.raises(PaymentStateConflict):
        services.capture(payment_id=payment.pk, amount=pounds(2500))
    with pytest.raises(PaymentUnknown):
        services.capture(payment_id=ids.new_id(), amount=pounds(2500))


def test_a_wish_withdrawn_before_anybody_asked_costs_nothing():
    payment = a_payment()

    services.void(payment_id=payment.pk)
    settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert published(payment) == ["PaymentVoided"]
    assert Memory(payment).authorised == 0


def test_what_is_held_is_let_go():
    payment = a_payment(amount=2500)
    settle()

    services.void(payment_id=payment.pk)
    settle()

    assert (state_of(payment), look_at(payment).voided) == (PaymentState.VOIDED, pounds(2500))
    assert published(payment) == ["PaymentAuthorised", "PaymentVoided"]
    assert Memory(payment).held == 0


def test_letting_go_twice_is_letting_go():
    payment = a_payment()
    settle()

    services.void(payment_id=payment.pk)
    services.void(payment_id=payment.pk)
    settle()
    services.void(payment_id=payment.pk)
    settle()

    assert published(payment) == ["PaymentAuthorised", "PaymentVoided"]


def test_captured_money_goes_back_in_parts_and_never_more_than_all():
    payment = a_payment(amount=2500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()

    services.refund(payment_id=payment.pk, amount=pounds(700), reason="missing_item")
    services.refund(payment_id=payment.pk, amount=pounds(300), reason="late")
    settle()

    assert (state_of(payment), look_at(payment).refunded) == (PaymentState.PARTIALLY_REFUNDED, pounds(1000))
    with pytest.raises(PaymentAmountInvalid):
        services.refund(payment_id=payment.pk, amount=pounds(1501), reason="late")

    services.refund(payment_id=payment.pk, amount=pounds(1500), reason="cancelled")
    settle()

    assert state_of(payment) is PaymentState.REFUNDED
    assert published(payment).count("PaymentRefunded") == 3
    assert Memory(payment).refunded == 2500


def test_a_refund_asked_for_while_the_capture_runs_follows_it():
    payment = a_payment(amount=2500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))

    services.refund(payment_id=payment.pk, amount=pounds(2500), reason="cancelled")
    settle()

    assert state_of(payment) is PaymentState.REFUNDED


def test_letting_go_while_the_capture_runs_gives_the_money_back():
    payment = a_payment(amount=2500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))

    services.void(payment_id=payment.pk)
    settle()

    assert (state_of(payment), look_at(payment).refunded) == (PaymentState.REFUNDED, pounds(2500))


def test_captured_money_is_refunded_not_let_go():
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()

    with pytest.raises(PaymentStateConflict):
        services.void(payment_id=payment.pk)


def test_what_was_confirmed_can_never_be_changed():
    payment = a_payment()
    settle()

    with pytest.raises(DatabaseError, match="only ever added"):
        PaymentEntry.objects.filter(payment=payment).update(amount=1)
    with pytest.raises(DatabaseError, match="only ever added"):
        PaymentEntry.objects.filter(payment=payment).delete()
