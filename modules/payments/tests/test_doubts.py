"""The provider does not answer, answers late, or answers after somebody changed their mind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.payments import services
from modules.payments.interface import PaymentState
from modules.payments.models import Mismatch, SandboxCharge, What
from modules.payments.providers import Declined
from modules.payments.providers.sandbox import answer_action
from modules.payments.tests.ledger import (
    A_WHILE,
    ACTION,
    Memory,
    a_payment,
    deadline_of,
    look_at,
    pounds,
    published,
    state_of,
)
from tiffin import clock
from tiffin.models import Job
from tiffin.testing import settle

pytestmark = pytest.mark.database

UNTIL_OVERDUE = timedelta(seconds=301)
UNTIL_ACTION_OVERDUE = timedelta(seconds=601)


def reference_of(payment):
    """Under which the provider knows the charge."""
    return SandboxCharge.objects.get(pk=payment.charge_key).reference


def forget_job(payment, name):
    """As when it was held after its last try."""
    Job.objects.using("payments").filter(key=payment.pk, name=name).update(state="held", cause="given up")


def test_a_provider_that_never_heard_of_it_lets_it_fail(line):
    payment = a_payment()
    line.lose_requests(1)
    settle()

    with clock.shift(UNTIL_OVERDUE):
        forget_job(payment, "authorise")
        settle()

    assert state_of(payment) is PaymentState.FAILED
    assert published(payment) == ["PaymentFailed"]
    assert deadline_of(payment) is None


def test_an_overdue_answer_is_asked_for_before_anything_is_given_up(line):
    payment = a_payment()
    line.lose_answers(1)
    settle()
    forget_job(payment, "authorise")

    with clock.shift(UNTIL_OVERDUE):
        settle()

    assert state_of(payment) is PaymentState.AUTHORISED
    assert published(payment) == ["PaymentAuthorised"]


def test_silence_settles_nothing(line):
    payment = a_payment()
    line.lose_answers(1)
    settle()

    line.is_down = True
    with clock.shift(3 * UNTIL_OVERDUE):
        settle()
        assert state_of(payment) is PaymentState.AUTHORISING
        assert published(payment) == []
        assert deadline_of(payment) is not None

        line.is_down = False
        with clock.shift(A_WHILE):
            settle()
            assert state_of(payment) is PaymentState.AUTHORISED


def test_an_unknown_outcome_is_asked_after_in_five_minutes_an_hour_and_daily(line):
    payment = a_payment()
    line.is_down = True
    settle()
    waited, now = [], clock.now()
    for _ in range(4):
        due = deadline_of(payment).due
        waited.append(round((due - now) / timedelta(minutes=1)))
        now = due
        with clock.hold(due):
            forget_job(payment, "authorise")
            settle()

    assert waited == [5, 60, 24 * 60, 24 * 60]
    assert state_of(payment) is PaymentState.AUTHORISING

    line.is_down = False
    with clock.hold(deadline_of(payment).due):
        settle()
    assert state_of(payment) is not PaymentState.AUTHORISING


def test_letting_go_while_the_answer_is_out_leaves_nothing_held(line):
    payment = a_payment(amount=2500)
    line.lose_answers(1)
    settle()
    assert Memory(payment).held == 2500

    services.void(payment_id=payment.pk)
    settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert Memory(payment).held == 0
    assert published(payment) == ["PaymentVoided"]
    assert (look_at(payment).authorised, look_at(payment).voided) == (pounds(2500), pounds(2500))


def test_a_charge_let_go_before_it_arrived_can_never_arrive(line):
    payment = a_payment()
    line.lose_requests(1)
    settle()

    services.void(payment_id=payment.pk)
    settle()
    late = line.authorise(key=payment.charge_key, amount=payment.money, method=payment.method)
    services.record_authorisation(payment.pk, late)

    assert state_of(payment) is PaymentState.VOIDED
    assert Memory(payment).authorised == 0


def test_money_that_comes_to_be_held_after_all_is_let_go(line):
    """A provider that keeps no promise about what it let go."""
    payment = a_payment(amount=2500)
    services.void(payment_id=payment.pk)
    settle()
    assert state_of(payment) is PaymentState.VOIDED

    late = line.authorise(key=payment.charge_key, amount=payment.money, method=payment.method)
    services.record_authorisation(payment.pk, late)
    settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert Memory(payment).held == 0


def test_a_customer_who_never_confirms_is_declined_and_nothing_is_held():
    payment = a_payment(method=ACTION)
    settle()

    with clock.shift(UNTIL_ACTION_OVERDUE):
        settle()

    assert (state_of(payment), look_at(payment).reason) == (PaymentState.VOIDED, "action_timeout")
    assert published(payment) == ["PaymentActionRequired", "PaymentDeclined"]
    assert look_at(payment).action_url is None


def test_a_confirmation_whose_notification_was_lost_is_found_out():
    payment = a_payment(method=ACTION)
    settle()
    answer_action(reference=reference_of(payment), approved=True)

    with clock.shift(UNTIL_ACTION_OVERDUE):
        settle()

    assert state_of(payment) is PaymentState.AUTHORISED


def test_a_confirmation_that_meets_a_cancellation_leaves_nothing_held():
    payment = a_payment(method=ACTION, amount=2500)
    settle()
    services.void(payment_id=payment.pk)

    answer_action(reference=reference_of(payment), approved=True)
    services.record_provider_notification(key=payment.charge_key)
    settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert Memory(payment).held == 0


def test_notifications_may_repeat_and_come_late():
    payment = a_payment(method=ACTION)
    settle()
    answer_action(reference=reference_of(payment), approved=True)

    for _ in range(3):
        services.record_provider_notification(key=payment.charge_key)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    services.record_provider_notification(key=payment.charge_key)
    settle()
    services.record_provider_notification(key=payment.charge_key)
    settle()

    assert published(payment) == ["PaymentActionRequired", "PaymentAuthorised", "PaymentCaptured"]
    assert look_at(payment).authorised == pounds(2500)


def test_a_capture_whose_answer_was_lost_is_not_done_twice(line):
    payment = a_payment(amount=2500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    line.lose_answers(1)
    settle()

    with clock.shift(A_WHILE / 2):
        settle()

    assert state_of(payment) is PaymentState.CAPTURED
    assert Memory(payment).captured == 2500


def test_a_capture_that_the_provider_never_heard_of_is_asked_for_again(line):
    """An outage of some minutes, or of days, costs no money."""
    payment = a_payment(amount=2500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    line.is_down = True
    for _ in range(3):
        settle()
        forget_job(payment, "capture")
        with clock.hold(deadline_of(payment).due):
            settle()
    assert (state_of(payment), Memory(payment).held) == (PaymentState.CAPTURING, 2500)

    line.is_down = False
    with clock.hold(deadline_of(payment).due):
        settle()

    assert state_of(payment) is PaymentState.CAPTURED
    assert Memory(payment).captured == 2500
    assert published(payment) == ["PaymentAuthorised", "PaymentCaptured"]


def test_a_capture_that_was_refused_and_happened_all_the_same_goes_back(line):
    payment = a_payment(amount=2500)
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    line.lose_requests(2)  # the first try to let go does not get through either
    settle()
    services.record_capture(payment.pk, Declined(reason="refused"))
    settle()
    assert published(payment)[-1] == "PaymentFailed"

    line.capture(key=payment.capture_key, charge=payment.charge_key, amount=pounds(2500))
    with clock.shift(A_WHILE / 2):
        settle()

    assert state_of(payment) is PaymentState.REFUNDED
    assert (Memory(payment).captured, Memory(payment).refunded) == (2500, 2500)


def test_money_held_too_long_is_let_go():
    payment = a_payment()
    settle()

    with clock.shift(timedelta(days=5, seconds=1)):
        settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert published(payment) == ["PaymentAuthorised", "PaymentVoided"]
    (listed,) = Mismatch.objects.all()
    assert (listed.what, listed.payment_id, listed.ours) == (What.NEVER_TAKEN, payment.pk, 2_500)
    assert (listed.is_open, str(payment.order_id) in listed.words) == (True, True)


def test_letting_go_is_tried_until_it_succeeds(line):
    payment = a_payment()
    settle()
    services.void(payment_id=payment.pk)
    line.is_down = True
    with clock.shift(timedelta(hours=2)):
        settle()
        assert state_of(payment) is PaymentState.VOIDING

    line.is_down = False
    with clock.shift(timedelta(hours=3)):
        settle()

    assert state_of(payment) is PaymentState.VOIDED
    assert Memory(payment).held == 0
