"""Adyen holds the money: by its own SDK, over lines that lose requests and answers. What it cannot be asked
it notifies us of: before its answer, late, twice, never, or somebody else in its name."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.test import Client

from modules.payments import services
from modules.payments.interface import PaymentState
from modules.payments.models import (
    Dispute,
    EntryKind,
    Mismatch,
    Payment,
    ProviderNotice,
    ProviderReport,
    What,
)
from modules.payments.providers import Declined, MovementKind, ProviderTimeout, RequiresAction, provider
from modules.payments.providers.adyen import client as line_to_adyen
from modules.payments.providers.adyen.amounts import NotExpressible, from_adyen, to_adyen
from modules.payments.tests.ledger import (
    A_WHILE,
    ACTION,
    DECLINED,
    Memory,
    a_payment,
    look_at,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.localadyen import HMAC_KEY, deliver, signed
from tiffin import clock
from tiffin.money import Money
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

PAYMENTS, DETAILS, CAPTURES, REFUNDS, CANCELS = "/payments", "/details", "/captures", "/refunds", "/cancels"
UNTIL_OVERDUE = timedelta(seconds=301)
# Adyen's Python SDK, test/UtilTest.py, test_notification_request_item_hmac.
VECTOR = {
    "pspReference": "7914073381342284",
    "merchantReference": "TestPayment-1407325143704",
    "merchantAccountCode": "TestMerchant",
    "amount": {"currency": "EUR", "value": 1130},
    "eventCode": "AUTHORISATION",
    "success": "true",
    "eventDate": "2019-05-06T17:15:34.121+02:00",
    "additionalData": {"hmacSignature": "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0="},
}


def authorised(amount=2500, **more):
    payment = a_payment(amount=amount, **more)
    settle()
    assert state_of(payment) is PaymentState.AUTHORISED
    return payment


def captured(amount=2500):
    payment = authorised(amount)
    services.capture(payment_id=payment.pk, amount=pounds(amount))
    settle()
    assert state_of(payment) is PaymentState.CAPTURED
    return payment


def item_of(letter):
    return letter["notificationItems"][0]["NotificationRequestItem"]


def batch(*items):
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}


def kept():
    return [(each.kind, each.state_name, each.reason) for each in ProviderNotice.objects.order_by("pk")]


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


def test_a_refusal_is_told_without_what_customers_are_not_to_learn(adyen):
    payment = a_payment(method=DECLINED)
    settle()

    assert (state_of(payment), look_at(payment).reason) == (PaymentState.DECLINED, "card_declined")


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


# --- whose a notification is


def test_the_check_vector_of_the_wire_is_signed_right(adyen, settings):
    settings.TIFFIN_ADYEN_MERCHANT_ACCOUNT = "TestMerchant"

    answer = deliver(batch(VECTOR))

    assert (answer.status_code, answer.content) == (200, b"[accepted]")
    settle()
    assert kept() == [("AUTHORISATION", "ignored", "not_ours")]


@pytest.mark.parametrize(("changes", "reason"), [
    ({"success": "false"}, "signature_invalid"),
    ({"amount": {"currency": "GBP", "value": 1}}, "signature_invalid"),
    ({"additionalData": {"hmacSignature": "bm9uc2Vuc2U="}}, "signature_invalid"),
    ({"additionalData": {"hmacSignature": ""}}, "signature_invalid"),
    ({"additionalData": {"hmacSignature": "ż"}}, "not_an_event"),
    ({"additionalData": {}}, "not_an_event"),
    ({"additionalData": None}, "not_an_event"),
    ({"amount": None}, "not_an_event"),
    ({"amount": {"currency": "GBP", "value": "2500"}}, "not_an_event"),
    ({"amount": {"currency": "GBP", "value": 10**30}}, "not_an_event"),
    ({"success": ["true"]}, "not_an_event"),
    ({"eventCode": {}}, "not_an_event"),
    ({"originalReference": "a:b"}, "not_an_event"),
])  # fmt: skip
def test_what_is_not_proven_to_be_adyens_is_kept_and_brings_nothing_about(adyen, changes, reason):
    payment = authorised()
    adyen.holds_back = True
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()

    answer = deliver(batch({**item_of(adyen.letters[-1]), **changes}))
    settle()

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)
    assert kept()[-1][1:] == ("refused", reason)
    assert state_of(payment) is PaymentState.CAPTURING


@pytest.mark.parametrize(("body", "reason"), [
    (b"", "not_json"),
    (b"[" * 100_000, "not_json"),
    (b"null", "not_an_event"),
    (b'{"notificationItems": []}', "not_an_event"),
    (b'{"notificationItems": [7]}', "not_an_event"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused(adyen, body, reason):
    answer = deliver(body)

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


def test_another_merchants_notification_is_not_ours(adyen):
    payment = authorised()
    item = {**item_of(adyen.letters[-1]), "merchantAccountCode": "Somebody"}

    assert deliver(signed(item)).json()["reason"] == "another_merchant_account"
    assert state_of(payment) is PaymentState.AUTHORISED


def test_of_a_batch_what_is_adyens_counts_and_what_is_not_does_not(adyen):
    payments = [authorised(), authorised()]
    adyen.holds_back = True
    for payment in payments:
        services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    good, bad = (item_of(letter) for letter in adyen.letters[-2:])
    by_key = {payment.capture_key: payment for payment in payments}

    answer = deliver(batch(good, {**bad, "amount": {"currency": "GBP", "value": 1}}))
    settle()

    assert answer.status_code == 400
    assert state_of(by_key[good["merchantReference"]]) is PaymentState.CAPTURED
    assert state_of(by_key[bad["merchantReference"]]) is PaymentState.CAPTURING


def test_a_batch_grows_no_bigger_by_taking_it_apart(adyen):
    """Anybody may send one, with whatever around it."""
    around = {**batch({}, {}), "live": "x" * 100_000}
    too_many = batch(*[{}] * 101)
    too_many_sent = deliver(json.dumps(too_many).encode())

    assert deliver(json.dumps(around).encode()).status_code == too_many_sent.status_code == 400
    sizes = list(ProviderNotice.objects.order_by("pk").values_list("size", flat=True))
    assert (len(sizes), sizes[0]) == (3, len(json.dumps(too_many)))
    assert max(sizes[1:]) < 100


def test_a_key_may_be_replaced_and_what_came_meanwhile_is_admitted(adyen, settings):
    payment = authorised()
    settings.TIFFIN_ADYEN_HMAC_KEYS = ["not hexadecimal", "00" * 32]
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    assert kept()[-1][1:] == ("refused", "signature_invalid")

    settings.TIFFIN_ADYEN_HMAC_KEYS = [
        "00" * 32,
        HMAC_KEY,
    ]
    services.process_again(notice_id=ProviderNotice.objects.get(state_name="refused").pk)
    settle()

    assert state_of(payment) is PaymentState.CAPTURED


# --- what it proves


def test_movements_are_what_was_notified(adyen):
    since = clock.now()
    payment = captured()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    settle()
    adyen.holds_back = True
    authorised()

    moved = list(provider("adyen").movements(since=since, until=clock.now() + timedelta(seconds=1)))

    assert [(each.kind, each.key, each.amount) for each in moved] == [
        (MovementKind.AUTHORISED, payment.charge_key, pounds(2500)),
        (MovementKind.CAPTURED, payment.capture_key, pounds(2500)),
        (MovementKind.REFUNDED, payment.refund_key(1), pounds(700)),
    ]


def test_what_was_let_go_moved_too(adyen):
    since = clock.now()
    payment = authorised()
    services.void(payment_id=payment.pk)
    settle()

    moved = list(provider("adyen").movements(since=since, until=clock.now() + timedelta(seconds=1)))

    assert (moved[-1].kind, moved[-1].key, moved[-1].amount) == (
        MovementKind.VOIDED,
        Payment.get(payment.pk).void_key,
        pounds(2500),
    )


def test_what_a_bank_takes_back_gives_back_and_takes_again(adyen):
    payment = captured()
    (known,) = adyen.of(payment.charge_key)
    more = {"chargebackReasonCode": "10.4", "defensePeriodEndsAt": "2026-12-20T10:15:30+01:00"}
    about = {"pspReference": adyen.name(), "more": more}

    states = []
    for kind in ("NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK"):
        adyen.notify(kind, known, **{**about, "more": dict(more)})
        settle()
        states.append(Dispute.objects.order_by("created_at").last().state_name)

    assert states == ["inquiry", "open", "won", "lost"]
    first = Dispute.objects.get(reference=about["pspReference"])
    assert (first.reason, first.answer_by.day) == ("10.4", 20)
    paid = Payment.get(payment.pk)
    assert paid.total(EntryKind.CHARGED_BACK) == pounds(5000)
    assert paid.total(EntryKind.RECOVERED) == pounds(2500)
    assert published(payment)[2:] == ["PaymentChargedBack", "PaymentChargebackReversed", "PaymentChargedBack"]


def test_what_is_told_twice_is_written_down_once(adyen):
    payment = authorised()
    for _ in range(2):
        deliver(adyen.letters[0])
        ProviderNotice.objects.all().delete()
    deliver(adyen.letters[0])
    settle()

    assert ProviderReport.objects.filter(charge=payment.charge_key).count() == 1
    assert ProviderReport.objects.get().notified


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
