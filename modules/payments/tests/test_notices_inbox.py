"""Notifications as localstripe sends them, and the inbox in which they lie."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connections
from django.test import Client

from modules.payments import services
from modules.payments.errors import NotificationNotAuthentic, NotificationPending
from modules.payments.interface import PaymentState
from modules.payments.models import NoticeState, ProviderNotice
from modules.payments.services.notices import KEPT_FOR
from modules.payments.tests.conftest import WEBHOOK_SECRET
from modules.payments.tests.ledger import (
    A_WHILE,
    a_payment,
    deadline_of,
    pounds,
    published,
    state_of,
)
from modules.payments.tests.test_notices import PATH, event, kept, send, waiting
from tiffin import clock
from tiffin.jobs import running
from tiffin.models import Job
from tiffin.testing import settle

__all__ = ["waiting"]

pytestmark = pytest.mark.database


class Mailbox:
    """Takes what localstripe sends, for a test to deliver when it wants."""

    def __init__(self) -> None:
        mailbox = self
        self.letters: list[tuple[bytes, str]] = []

        class Slot(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                mailbox.letters.append((body, self.headers["Stripe-Signature"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Slot)
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/"

    def wait(self, name: str) -> tuple[bytes, str]:
        """The letter that names this; localstripe takes its time, a second and more."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            for body, signature in self.letters:
                if name.encode() in body:
                    return body, signature
            time.sleep(0.05)
        raise AssertionError(f"nothing came about {name}")


@pytest.fixture
def mailbox(stripe):
    box = Mailbox()
    stripe.send_webhooks_to(box.url, WEBHOOK_SECRET)
    yield box
    box.server.shutdown()
    box.server.server_close()


def deliver(letter):
    body, signature = letter
    return (
        Client()
        .post(PATH, body, content_type="application/json", headers={"Stripe-Signature": signature})
        .status_code
    )


def test_stripes_webhook_may_come_before_its_answer_and_twice_and_late(stripe, mailbox):
    payment = a_payment()
    settle()
    services.capture(payment_id=payment.pk, amount=pounds(2500))
    stripe.lose("answer", of="/capture")
    settle()
    assert state_of(payment) is PaymentState.CAPTURING

    letter = mailbox.wait(payment.charge_key)
    assert deliver(letter) == deliver(letter) == 204
    settle()
    assert state_of(payment) is PaymentState.CAPTURED

    with clock.shift(timedelta(seconds=301)):
        assert deliver(letter) == 400
    with clock.shift(A_WHILE):
        settle()
    assert published(payment) == ["PaymentAuthorised", "PaymentCaptured"]
    assert kept() == [("processed", ""), ("refused", "signature_too_old")]


# --- the inbox


def test_every_notification_that_waits_has_a_deadline_that_sees_to_it(waiting):
    send(event(waiting))
    notice = ProviderNotice.objects.get()
    assert deadline_of(notice) is not None
    Job.objects.using("payments").filter(key=notice.pk, name="process_notice").delete()

    with clock.shift(timedelta(minutes=16)):
        settle()

    assert (ProviderNotice.objects.get().state, deadline_of(notice)) == (NoticeState.PROCESSED, None)


def test_staff_have_it_looked_at_again(waiting):
    send(event(waiting))
    notice = ProviderNotice.objects.get()
    with pytest.raises(NotificationPending):
        services.process_again(notice_id=notice.pk)
    settle()

    services.process_again(notice_id=notice.pk)
    settle()

    assert kept() == [("processed", "")]


def test_staff_admit_what_was_refused_for_want_of_the_secret(waiting, settings):
    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = []
    send(event(waiting))
    notice = ProviderNotice.objects.get()
    with pytest.raises(NotificationNotAuthentic):
        services.process_again(notice_id=notice.pk)

    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    with clock.shift(timedelta(hours=1)):
        services.process_again(notice_id=notice.pk)
        settle()

    assert kept() == [("processed", "")]
    assert state_of(waiting) is PaymentState.AUTHORISED


def test_what_was_admitted_is_not_admitted_beside_its_second_delivery(waiting, settings):
    body = event(waiting)
    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = []
    send(body)
    settings.TIFFIN_STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]
    send(body)
    refused = ProviderNotice.objects.get(state_name="refused")

    with pytest.raises(NotificationNotAuthentic, match="came_again_since"):
        services.process_again(notice_id=refused.pk)


def test_notifications_are_forgotten_when_they_have_been_kept_long_enough(stripe):
    send(event())
    send(b"nonsense")
    settle()

    with clock.shift(KEPT_FOR + timedelta(seconds=1)):
        send(event())
        settle()

    assert kept() == [("ignored", "not_ours")]


def test_two_deliveries_at_the_same_moment_are_one(stripe):
    body = event()
    threads = [threading.Thread(target=_send_and_close, args=(body,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while claimed := running.claim("payments", limit=10):
        running.run("payments", *claimed)

    assert kept() == [("ignored", "not_ours")]
    assert ProviderNotice.objects.get().deliveries == 4


def _send_and_close(body) -> None:

    try:
        assert send(body).status_code == 204
    finally:
        connections.close_all()
