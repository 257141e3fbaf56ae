"""What Stripe sends: kept as it came, believed in nothing, looked at once."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import stripe as sdk
from cryptography.exceptions import InvalidTag
from django.db import connections
from django.test import Client

from modules.payments import services
from modules.payments.interface import PaymentState
from modules.payments.models import Mismatch, PaymentEntry, ProviderNotice, What
from modules.payments.services import notices as inbox
from modules.payments.services.notices import REFUSED_BYTES
from modules.payments.tests.conftest import WEBHOOK_SECRET
from modules.payments.tests.ledger import (
    ACTION,
    Memory,
    a_payment,
    look_at,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.test_staff_pages import person
from tiffin import clock, ids
from tiffin.testing import settle

pytestmark = pytest.mark.database

PATH = "/api/v1/webhooks/stripe"
# WIRES: secret, time, body and signature that belong together.
VECTOR = (
    "whsec_test_secret",
    1614556800,
    b'{"id":"evt_1","object":"event"}',
    "7a0685c65fcda9f1dd585b6eaa74ead6d954e5895ecc08263afbd424c5661b46",
)


def event(payment=None, *, kind="payment_intent.succeeded", event_id="", **about):
    """As docs.stripe.com/api/events/object describes it, API version 2026-10-28.endive."""
    if payment is not None:
        about = {"metadata": {"tiffin_key": payment.charge_key}, **about}
    about = {"id": "pi_of_nobody", "object": "payment_intent", **about}
    return {
        "id": event_id or f"evt_{ids.new_id().hex}",
        "object": "event",
        "api_version": "2026-10-28.endive",
        "type": kind,
        "data": {"object": about},
    }


def send(body, *, secret=WEBHOOK_SECRET, ahead=0, header=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    if header is None:
        stamp = int(clock.now().timestamp()) + ahead
        header = sdk.WebhookSignature.generate_signature_header(raw.decode("latin-1"), secret, stamp)
        if not raw.isascii():
            header = f"t={stamp},v1=" + "0" * 64
    return Client().post(PATH, raw, content_type="application/json", headers={"Stripe-Signature": header})


def kept():
    return [(each.state_name, each.reason) for each in ProviderNotice.objects.order_by("pk")]


@pytest.fixture
def waiting(stripe):
    """A payment that its customer has confirmed at Stripe, and nobody has told us."""
    payment = a_payment(method=ACTION)
    settle()
    stripe.answer_action(look_at(payment).action_url, approved=True)
    return payment


# --- whose it is


def test_the_check_vector_of_the_wire_is_signed_right(settings):
    secret, stamp, body, signature = VECTOR
    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = ["whsec_another", secret]
    with clock.hold(datetime.fromtimestamp(stamp + 299, UTC)):
        answer = send(body, header=f"t={stamp},v1={'0' * 64},v1={signature}")

    # It is Stripe's, but says nothing: it has no type.
    assert (answer.status_code, answer.json()["reason"]) == (400, "not_an_event")


@pytest.mark.parametrize(("sending", "reason"), [
    ({"secret": "whsec_of_somebody"}, "signature_invalid"),
    ({"header": ""}, "signature_invalid"),
    ({"header": "t=now,v1=0"}, "signature_invalid"),
    ({"header": "v1=0"}, "signature_invalid"),
    ({"header": "\x01" * 2000}, "signature_invalid"),
    ({"header": "t=1614556800,v1=ż\xff"}, "signature_invalid"),
    ({"ahead": -301}, "signature_too_old"),
    ({"ahead": 999}, "signature_too_old"),
])  # fmt: skip
def test_what_is_not_proven_to_be_stripes_is_kept_and_brings_nothing_about(waiting, sending, reason):
    answer = send(event(waiting), **sending)
    settle()

    assert (answer.status_code, answer.json()["code"]) == (400, "notification_not_authentic")
    assert kept() == [("refused", reason)]
    assert state_of(waiting) is PaymentState.REQUIRES_ACTION


@pytest.mark.parametrize(("body", "reason"), [
    (b"", "not_json"),
    (b"{", "not_json"),
    (b"[" * 100_000, "not_json"),
    (b"null", "not_an_event"),
    (b'["id"]', "not_an_event"),
    (b'{"id": 1, "type": {}}', "not_an_event"),
    (b'{"id": "evt_1", "type": "\\u0000"}', "not_an_event"),
    (b"\xff\xfe", "signature_invalid"),
])  # fmt: skip
def test_what_cannot_be_read_is_kept_with_the_reason(stripe, body, reason):
    answer = send(body)

    assert answer.status_code == 400
    assert kept() == [("refused", reason)]
    assert bytes(ProviderNotice.objects.get().body) == body[:REFUSED_BYTES]


def test_whom_a_notification_names_is_not_to_be_read_in_the_table(stripe):
    # Given one that was kept and one that was refused, with a name and an e-mail address in each
    named = {"billing_details": {"name": "Zofia Nowak", "email": "zofia@example.com"}}
    send(event(**named))
    send(event(**named), secret="whsec_of_somebody")
    with connections["payments"].cursor() as cursor:
        cursor.execute("SELECT row_to_json(each)::text, sealed FROM payments_providernotice AS each")
        rows = cursor.fetchall()
    assert len(rows) == 2
    for row, sealed in rows:
        for said in ("Nowak", "zofia@example.com"):
            assert said not in row
            assert said.encode().hex() not in row
            assert said.encode() not in bytes(sealed)
    # Then staff who may see it read it, and nobody else
    notices = ProviderNotice.objects.all()
    for page in (f"/admin/payments/providernotice/{notice.pk}/change/" for notice in notices):
        assert "zofia@example.com" in person("finance").get(page).content.decode()
        assert person().get(page).status_code == 403
    # And it opens in its own row alone
    one, other = notices
    one.sealed = other.sealed
    with pytest.raises(InvalidTag):
        _ = one.body


def test_only_so_much_of_what_is_refused_is_kept(stripe):
    body = b"x" * (REFUSED_BYTES + 1)
    send(body)

    notice = ProviderNotice.objects.get()
    assert (len(notice.body), notice.size, notice.is_whole) == (REFUSED_BYTES, REFUSED_BYTES + 1, False)


def test_only_so_many_of_what_is_refused_are_kept_and_what_was_not_stays(stripe, monkeypatch):
    monkeypatch.setattr(inbox, "MOST_REFUSED", 3)
    send(event())
    for number in range(6):
        send(f"nonsense {number}".encode())
    settle()

    assert kept() == [("ignored", "not_ours"), *[("refused", "not_json")] * 3]
    assert bytes(ProviderNotice.objects.last().body) == b"nonsense 5"


def test_a_secret_may_be_replaced_without_losing_anything(stripe, settings):
    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = ["whsec_new", WEBHOOK_SECRET]

    assert send(event()).status_code == send(event(), secret="whsec_new").status_code == 204


# --- what it brings about


def test_a_notification_makes_us_ask(waiting):
    assert send(event(waiting)).status_code == 204
    assert state_of(waiting) is PaymentState.REQUIRES_ACTION  # answered first, looked at later

    settle()

    assert state_of(waiting) is PaymentState.AUTHORISED
    assert kept() == [("processed", "")]


def test_what_it_says_is_not_believed(stripe):
    payment = a_payment(method=ACTION)
    settle()
    send(event(payment, status="succeeded", amount_received=2500))
    settle()

    assert state_of(payment) is PaymentState.REQUIRES_ACTION
    assert published(payment) == ["PaymentActionRequired"]


def test_a_payment_is_known_by_stripes_own_name_for_it(waiting, stripe):
    (intent,) = stripe.intents(waiting.charge_key)
    send(event(object="charge", id="ch_1", payment_intent=intent["id"], kind="charge.captured"))
    settle()

    assert state_of(waiting) is PaymentState.AUTHORISED


def test_the_same_event_again_is_counted_and_looked_at_once(waiting):
    body = event(waiting)
    for _ in range(3):
        assert send(body).status_code == 204
    settle()
    assert send(body).status_code == 204
    settle()

    assert kept() == [("processed", "")]
    assert ProviderNotice.objects.get().deliveries == 4
    assert published(waiting) == ["PaymentActionRequired", "PaymentAuthorised"]


def test_the_order_in_which_they_come_does_not_matter(stripe):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    for kind in ("payment_intent.succeeded", "payment_intent.canceled", "payment_intent.created"):
        send(event(payment, kind=kind))
        settle()

    assert state_of(payment) is PaymentState.CAPTURED
    assert published(payment) == ["PaymentAuthorised", "PaymentCaptured"]


@pytest.mark.parametrize("about", [
    {},
    {"metadata": {"tiffin_key": "nonsense"}},
    {"metadata": {"tiffin_key": f"{ids.new_id()}:authorise"}},
    {"metadata": {"tiffin_key": 7}},
    {"metadata": []},
    {"object": "charge", "payment_intent": {"id": "pi_1"}},
])  # fmt: skip
def test_what_is_not_about_us_is_kept_and_ignored(stripe, about):
    assert send(event(**about)).status_code == 204
    settle()

    assert kept() == [("ignored", "not_ours")]


def test_a_payment_of_another_provider_is_not_stripes_to_speak_of(stripe, served_by):
    served_by("sandbox")
    payment = a_payment(method=ACTION)
    settle()
    send(event(payment))
    settle()

    assert kept() == [("ignored", "not_ours")]


def test_a_refund_that_takes_its_time_is_asked_after_when_stripe_says_so(stripe, monkeypatch):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    status = stripe.pend_refunds()
    settle()
    assert state_of(payment) is PaymentState.REFUNDING

    status.clear()
    send(event(payment, kind="refund.updated"))
    settle()

    assert state_of(payment) is PaymentState.PARTIALLY_REFUNDED
    assert Memory(payment).refunded == 700


@pytest.mark.parametrize("kind", ["refund.failed", "charge.refund.updated"])
def test_a_refund_that_fails_after_it_succeeded_is_listed_for_staff(stripe, kind):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    settle()
    services.refund(payment_id=payment.pk, amount=pounds(700), reason="late")
    settle()
    send(event(payment, kind=kind))
    settle()
    assert not Mismatch.objects.exists()  # Stripe says otherwise when it is asked

    stripe.refund_status = ["failed"]
    send(event(payment, kind=kind))
    settle()

    (refund,) = PaymentEntry.objects.filter(payment=payment, kind="refunded")
    found = Mismatch.objects.get()
    assert (found.what, found.is_open, found.payment_id) == (What.ONLY_LEDGER, True, payment.pk)
    assert (found.kind, found.reference, found.ours) == ("refunded", refund.reference, 700)
