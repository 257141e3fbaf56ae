"""Adyen holds the money: by its own SDK, over lines that lose requests and answers. What it cannot be asked
it notifies us of: before its answer, late, twice, never, or somebody else in its name."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client

from modules.payments import services
from modules.payments.interface import DECLINED_FOR_GOOD, DECLINED_FOR_NOW, PaymentState
from modules.payments.models import (
    Book,
    EntryKind,
    Mismatch,
    Payment,
    What,
)
from modules.payments.providers import Declined, ProviderTimeout, RequiresAction, Succeeded, provider
from modules.payments.providers.adyen import client as line_to_adyen
from modules.payments.providers.adyen.amounts import NotExpressible, from_adyen, to_adyen
from modules.payments.tests.ledger import (
    A_WHILE,
    ACTION,
    DECLINED,
    Memory,
    a_payment,
    authorised,
    captured,
    look_at,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.localadyen import deliver
from tiffin import clock
from tiffin.money import Money
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

PAYMENTS, DETAILS, CAPTURES, REFUNDS, CANCELS = "/payments", "/details", "/captures", "/refunds", "/cancels"
UNTIL_OVERDUE = timedelta(seconds=301)


# --- what is asked


def test_a_regions_file_has_adyen_hold_the_money(adyen):
    payment = authorised()

    assert Payment.get(payment.pk).provider == "adyen"
    (known,) = adyen.of(payment.charge_key)
    assert (known["amount"], known["state"]) == (2500, "authorised")
    offered = api().get("/api/v1/payment-methods?region=gb").json()["methods"]
    assert payment.method in {each["method"] for each in offered}


def test_no_cards_are_offered_on_the_live_platform(adyen, settings):
    settings.TIFFIN_ADYEN_LIVE_PREFIX = "1797a841fbb37ca7-Tiffin"

    assert api().get("/api/v1/payment-methods?region=gb").json()["methods"] == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("2", "card_declined"),
        ("5", DECLINED_FOR_GOOD),
        ("12", DECLINED_FOR_NOW),
        ("20", "card_declined"),
        ("25", DECLINED_FOR_GOOD),
        ("26", DECLINED_FOR_GOOD),
    ],
)
def test_a_refusal_is_told_without_what_customers_are_not_to_learn(adyen, code, reason):
    adyen.refusal = code
    payment = a_payment(method=DECLINED)
    settle()

    assert (state_of(payment), look_at(payment).reason) == (PaymentState.DECLINED, reason)


def test_a_key_that_adyen_does_not_take_decides_nothing(adyen, settings):
    payment = a_payment()
    settings.TIFFIN_ADYEN_API_KEY = "nonsense"
    settle()

    assert (state_of(payment), published(payment)) == (PaymentState.AUTHORISING, [])


def test_an_answer_that_takes_too_long_is_none(adyen, monkeypatch):
    monkeypatch.setattr(line_to_adyen, "TIMEOUT", (1.0, 0.2))
    adyen.meanwhile(lambda: time.sleep(0.5), of=PAYMENTS)
    payment = a_payment()

    with pytest.raises(ProviderTimeout):
        provider("adyen").authorise(key=payment.charge_key, amount=payment.money, method=payment.method)


def test_what_adyen_is_still_working_on_may_have_happened(adyen):
    payment = a_payment()
    adyen.answers[payment.charge_key] = (422, {"status": 422, "errorCode": "704"})
    settle()
    assert state_of(payment) is PaymentState.AUTHORISING

    adyen.answers.clear()
    with clock.shift(A_WHILE):
        settle()

    assert state_of(payment) is PaymentState.AUTHORISED


# --- the customer confirms


@pytest.fixture
def waiting(adyen):
    payment = a_payment(method=ACTION)
    settle()
    assert state_of(payment) is PaymentState.REQUIRES_ACTION
    return payment


def come_back(payment, result):
    return Client().get("/payments/return", {"charge": payment.charge_key, "redirectResult": result})


@pytest.mark.parametrize(("approved", "state"), [
    (True, PaymentState.AUTHORISED),
    (False, PaymentState.DECLINED),
])  # fmt: skip
def test_what_the_customer_brings_back_is_handed_in(adyen, waiting, approved, state):
    result = adyen.answer_action(look_at(waiting).action_url, approved=approved)
    adyen.holds_back = True

    sent = come_back(waiting, result)
    settle()

    assert (sent.status_code, sent["Location"]) == (302, f"/orders/{waiting.order_id}/")
    assert state_of(waiting) is state


def test_a_result_that_is_another_payments_confirms_nothing(adyen, waiting):
    """Somebody confirms a cheap one of their own and brings its result back for another."""
    cheap = a_payment(method=ACTION, amount=100)
    settle()
    result = adyen.answer_action(look_at(cheap).action_url, approved=True)

    come_back(waiting, result)
    settle()

    assert state_of(waiting) is PaymentState.REQUIRES_ACTION
    assert (state_of(cheap), look_at(cheap).authorised) == (PaymentState.AUTHORISED, pounds(100))


def test_nonsense_brought_back_by_somebody_does_not_keep_the_customer_from_confirming(adyen, waiting):
    come_back(waiting, "nonsense")
    settle()
    assert state_of(waiting) is PaymentState.REQUIRES_ACTION

    come_back(waiting, adyen.answer_action(look_at(waiting).action_url, approved=True))
    settle()

    assert state_of(waiting) is PaymentState.AUTHORISED


@pytest.mark.parametrize("charge", ["", "nonsense", "\x00", "0197a0a0-0000-7000-8000-000000000000:authorise"])
def test_the_way_back_knows_only_payments_that_wait(adyen, charge):
    assert Client().get("/payments/return", {"charge": charge, "redirectResult": "x"}).status_code == 404


def test_more_than_adyen_takes_is_not_kept(adyen, waiting):
    assert come_back(waiting, "x" * 20_001).status_code == 404


def test_a_confirmation_that_meets_a_cancellation_leaves_nothing_held(adyen, waiting):
    result = adyen.answer_action(look_at(waiting).action_url, approved=True)
    services.void(payment_id=waiting.pk)
    come_back(waiting, result)
    settle()

    assert state_of(waiting) is PaymentState.VOIDED
    assert Memory(waiting).authorised == Memory(waiting).voided


# --- the line is bad


@pytest.mark.parametrize("what", ["request", "answer", "error"])
def test_whatever_is_lost_money_is_held_once(adyen, what):
    payment = a_payment(amount=1900)
    adyen.holds_back = True
    adyen.lose(what, of=PAYMENTS)
    settle()
    assert state_of(payment) is PaymentState.AUTHORISING

    with clock.shift(A_WHILE / 2):
        settle()

    assert state_of(payment) is PaymentState.AUTHORISED
    assert [each["state"] for each in adyen.of(payment.charge_key)] == ["authorised"]


def test_a_notification_tells_what_a_lost_answer_did_not(adyen):
    payment = a_payment()
    adyen.lose("answer", of=PAYMENTS)
    settle()

    assert state_of(payment) is PaymentState.AUTHORISED
    assert published(payment) == ["PaymentAuthorised"]


@pytest.mark.parametrize(("what", "held"), [("request", 0), ("answer", 2500)])
def test_letting_go_before_an_answer_is_known_is_a_technical_cancel(adyen, what, held):
    payment = a_payment()
    adyen.holds_back = True
    adyen.lose(what, of=PAYMENTS)
    settle()

    services.void(payment_id=payment.pk)
    settle()
    assert state_of(payment) is PaymentState.VOIDING
    for letter in adyen.letters:
        deliver(letter)
    settle()
    late = provider("adyen").authorise(key=payment.charge_key, amount=payment.money, method=payment.method)

    assert adyen.calls[-1] == CANCELS
    assert state_of(payment) is PaymentState.VOIDED
    assert (Memory(payment).authorised, Memory(payment).voided) == (held, held)
    assert look_at(payment).voided == pounds(held)
    assert held or late == Declined(reason="charge_cancelled")


@pytest.mark.parametrize("what", ["request", "answer", "error"])
def test_a_capture_is_made_once_whatever_is_lost(adyen, what):
    payment = authorised()
    services.capture(payment_id=payment.pk, amount=pounds(1800))
    adyen.lose(what, of=CAPTURES)
    settle()
    with clock.shift(A_WHILE):
        settle()

    seen = look_at(payment)
    assert (seen.state, seen.captured, seen.voided) == (PaymentState.CAPTURED, pounds(1800), pounds(700))
    assert Memory(payment).captured == 1800


@pytest.mark.parametrize("what", ["request", "answer", "error"])
def test_a_refund_is_given_once_whatever_is_lost(adyen, what):
    payment = captured()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    adyen.lose(what, of=REFUNDS)
    settle()
    with clock.shift(A_WHILE):
        settle()

    assert state_of(payment) is PaymentState.PARTIALLY_REFUNDED
    assert Memory(payment).refunded == 700


@pytest.mark.parametrize("what", ["request", "answer"])
def test_what_is_held_is_let_go_whatever_is_lost(adyen, what):
    payment = authorised()
    services.void(payment_id=payment.pk)
    adyen.lose(what, of=CANCELS)
    settle()
    with clock.shift(A_WHILE):
        settle()

    assert (state_of(payment), look_at(payment).voided) == (PaymentState.VOIDED, pounds(2500))
    assert Memory(payment).held == 0


# --- received is not done


def test_a_capture_waits_for_the_notification_and_does_not_ask_twice(adyen):
    payment = authorised()
    adyen.holds_back = True
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    with clock.shift(UNTIL_OVERDUE):
        settle()
    assert state_of(payment) is PaymentState.CAPTURING

    with clock.shift(timedelta(days=2)):
        deliver(adyen.letters[-1])
        deliver(adyen.letters[-1])
        settle()

    assert state_of(payment) is PaymentState.CAPTURED
    assert published(payment) == ["PaymentAuthorised", "PaymentCaptured"]
    assert Memory(payment).captured == 2500


def test_a_capture_that_comes_to_nothing_lets_go(adyen):
    payment = authorised()
    adyen.fails = {"captures"}
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()

    assert state_of(payment) is PaymentState.FAILED
    assert (Memory(payment).captured, Memory(payment).held) == (0, 0)


def test_a_refund_that_comes_to_nothing_is_told(adyen):
    payment = captured()
    adyen.fails = {"refunds"}
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    settle()

    assert state_of(payment) is PaymentState.CAPTURED
    assert published(payment)[-1] == "PaymentFailed"


@pytest.mark.parametrize(("kind", "undone", "amount"), [
    ("CAPTURE_FAILED", EntryKind.CAPTURED, 2500),
    ("REFUND_FAILED", EntryKind.REFUNDED, 700),
])  # fmt: skip
def test_what_fails_after_it_went_through_is_listed_for_staff(adyen, kind, undone, amount):
    payment = captured()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    settle()
    key = payment.capture_key if undone is EntryKind.CAPTURED else payment.refund_key(1)
    entry = Payment.get(payment.pk).entries.get(kind=undone.value)
    (known,) = adyen.of(payment.charge_key)

    adyen.notify(
        kind,
        known,
        pspReference=entry.reference,
        merchantReference=key,
        amount={"currency": "GBP", "value": amount},
    )
    settle()

    found = Mismatch.objects.get()
    assert (found.what, found.is_open, found.payment_id) == (What.ONLY_LEDGER, True, payment.pk)
    assert (found.kind, found.reference, found.ours) == (undone.value, entry.reference, amount)


def test_a_refund_that_adyen_never_told_of_is_listed_and_keeps_nothing_else_waiting(adyen):
    """It cannot be asked, and does not tell: the books move on all the same."""
    services.open_books()
    payment = captured()
    adyen.holds_back = True
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    settle()
    services.record_refund(payment.pk, 1, Succeeded(reference="never", amount=pounds(700)))

    with clock.shift(timedelta(hours=2)):
        settle()

    found = Mismatch.objects.get()
    assert (found.what, found.is_open, found.reference) == (What.ONLY_LEDGER, True, "never")
    assert Book.objects.get(region="gb").compared_until > clock.now()


# --- amounts, and the customer's page


@pytest.mark.parametrize(("money", "value"), [
    (Money(amount=1050, currency="PLN"), 1050),
    (Money(amount=500, currency="CVE"), 5),
    (Money(amount=500, currency="JPY"), 500),
    (Money(amount=1234, currency="KWD"), 1234),
])  # fmt: skip
def test_amounts_are_as_adyen_counts_them(money, value):
    sent = to_adyen(money)

    assert sent == {"value": value, "currency": money.currency}
    assert from_adyen(value, money.currency) == money


def test_what_adyen_cannot_express_is_not_rounded():
    with pytest.raises(NotExpressible):
        to_adyen(Money(amount=5, currency="CVE"))


def test_a_step_that_is_asked_again_is_the_same(adyen, waiting):
    again = provider("adyen").authorise(key=waiting.charge_key, amount=waiting.money, method=ACTION)

    assert again == RequiresAction(url=look_at(waiting).action_url, reference=waiting.charge_key)
    assert len(adyen.of(waiting.charge_key)) == 1
    assert adyen.calls == ["/payments"]
