"""What Adyen notifies us of: whose it is, and what it proves."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from modules.payments import services
from modules.payments.interface import PaymentState
from modules.payments.models import (
    Dispute,
    EntryKind,
    Payment,
    ProviderNotice,
    ProviderReport,
)
from modules.payments.providers import MovementKind, provider
from modules.payments.tests.ledger import (
    authorised,
    captured,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.localadyen import HMAC_KEY, deliver, signed
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database

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


def item_of(letter):
    return letter["notificationItems"][0]["NotificationRequestItem"]


def batch(*items):
    return {"live": "false", "notificationItems": [{"NotificationRequestItem": item} for item in items]}


def kept():
    return [(each.kind, each.state_name, each.reason) for each in ProviderNotice.objects.order_by("pk")]


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
