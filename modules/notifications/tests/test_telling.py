"""What customers hear: once for each event, in their language, and no more once they are forgotten."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections
from django.test.utils import CaptureQueriesContext

from modules.notifications import handlers, services, wording
from modules.notifications.channels import email as email_channel
from modules.notifications.jobs import send_emails
from modules.notifications.kinds import FEEDBACK, KINDS, STALE, Channel
from modules.notifications.models import Message, Preference, State
from modules.notifications.services import sending
from modules.notifications.tests.conftest import EMAIL, record, told
from modules.orders.events import OrderCancelled, OrderConfirmed, OrderDelivered, OrderRefunded
from modules.rewards.events import (
    PointsExpireSoon,
    PointsReceived,
    SendingReturned,
    StandingOrderSkipped,
    TierChanged,
)
from tiffin import clock, db, ids
from tiffin.jobs.registry import find
from tiffin.log.events import handling
from tiffin.money import Money

pytestmark = pytest.mark.database


def confirmed(customer, total=2350):
    money = Money(amount=total, currency="GBP")
    return OrderConfirmed(
        order_id=ids.new_id(), customer_id=customer, restaurant_id=ids.new_id(), total=money
    )


# --- from events to messages -----------------------------------------------------------------------


def test_an_event_that_comes_again_is_told_once(zofia) -> None:
    events = [confirmed(zofia), confirmed(zofia)]
    records = [record(event) for event in events]
    for _ in range(2):
        with db.transaction(owner="notifications"), handling(*records):
            handlers.happened(events)
    assert Message.objects.count() == 2
    send_emails()
    with db.transaction(owner="notifications"), handling(*records):
        handlers.happened(events)
    send_emails()
    assert len(mail.outbox) == 2


def test_a_batch_of_events_is_one_write(zofia) -> None:
    events = [confirmed(zofia) for _ in range(40)]
    records = [record(event) for event in events]
    with (
        CaptureQueriesContext(connections["notifications"]) as queries,
        db.transaction(owner="notifications"),
        handling(*records),
    ):
        handlers.happened(events)
    assert len([each for each in queries if "notifications_" in each["sql"]]) <= 3
    assert Message.objects.count() == 40


def test_what_happened_long_ago_is_told_to_nobody(zofia) -> None:
    # Given a log that is read from its beginning, or an event that was held for days
    events = [confirmed(zofia), confirmed(zofia)]
    long_ago = record(events[0])._replace(occurred_at=clock.now() - STALE - timedelta(minutes=1))
    lately = record(events[1])._replace(occurred_at=clock.now() - STALE + timedelta(minutes=1))
    with db.transaction(owner="notifications"), handling(long_ago, lately):
        handlers.happened(events)
    assert Message.objects.get().event_id == lately.event_id


def test_every_event_about_an_order_has_its_message(zofia) -> None:
    order, shop, money = ids.new_id(), ids.new_id(), Money(amount=100, currency="PLN")
    happened = [
        (handlers.happened, OrderCancelled(
            order_id=order, customer_id=zofia, restaurant_id=shop, reason="no_courier", by="deadline")),
        (handlers.happened, OrderRefunded(order_id=order, customer_id=zofia, amount=money)),
        (handlers.happened, OrderRefunded(
            order_id=order, customer_id=zofia, amount=Money(amount=0, currency="PLN"), points=50)),
        # The bank took it: nothing is given back, and nothing to be told.
        (handlers.happened, OrderRefunded(
            order_id=order, customer_id=zofia, amount=Money(amount=0, currency="PLN"), goods=money)),
        (handlers.happened, OrderDelivered(
            order_id=order, customer_id=zofia, restaurant_id=shop, courier_id=None, total=money,
            delivered_at=clock.now())),
    ]  # fmt: skip
    for handler, event in happened:
        with db.transaction(owner="notifications"), handling(record(event, "pl")):
            handler([event])
    send_emails()
    subjects = [sent.subject for sent in mail.outbox]
    assert subjects == [
        "Zamówienie zostało anulowane",
        "Zwracamy Ci 1.00 PLN",
        "Punkty znów do Twojej dyspozycji: 50",
        "Jak smakowało?",
    ]


# --- e-mail ----------------------------------------------------------------------------------------


def test_an_email_is_text_and_html_with_an_id_of_its_own(zofia) -> None:
    order_id = told(zofia)
    send_emails()
    (sent,) = mail.outbox
    message = Message.objects.get()
    assert sent.to == [EMAIL]
    assert "23.50 GBP" in sent.body
    assert f"/orders/{order_id}/" in sent.body
    assert "<html" in sent.alternatives[0][0]
    assert str(message.id) in sent.extra_headers["Message-ID"] == message.provider_id
    assert (message.state, message.language) == (State.SENT, "en")
    assert EMAIL not in str(vars(message))


@pytest.mark.parametrize(
    ("preferred", "region", "language"),
    [("", "pl", "pl"), ("en", "pl", "en"), ("pl", "gb", "pl"), ("", "gb", "en"), ("pl-PL", "gb", "pl"),
     ("de", "pl", "pl"), ("", "nowhere", "en")],
)  # fmt: skip
def test_the_customers_language_comes_before_the_regions(zofia, preferred, region, language) -> None:
    Preference.objects.create(customer_id=zofia, language=preferred)
    told(zofia, region=region)
    send_emails()
    assert Message.objects.get().language == language


@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_said_in_every_language(kind, language) -> None:
    from modules.notifications.admin import SAMPLE

    written = wording.write(
        kind, SAMPLE, language=language, link="https://x.example/", unsubscribe="https://u/"
    )
    assert written.subject
    assert "{" not in written.text
    assert "https://u/" in written.text
    assert "<p>" in written.html


def test_points_that_expire_and_a_new_tier_are_told_with_the_last_day_where_the_customer_is(zofia) -> None:
    midnight = datetime(2026, 8, 31, 23, tzinfo=UTC)  # the end of the 31st in Britain is at 23 UTC
    events = [
        PointsExpireSoon(customer_id=zofia, points=1200, expires_at=midnight),
        TierChanged(
            customer_id=zofia, tier="gold", title="Gold", before="silver", until=midnight, benefits=()
        ),
    ]
    with db.transaction(owner="notifications"), handling(*(record(event) for event in events)):
        handlers.points_changed(events)
    send_emails()
    assert [message.subject for message in mail.outbox] == [
        "1200 of your points expire soon",
        "Your tier is Gold now",
    ]
    for message in mail.outbox:
        assert "until 2026-08-31" in message.body
        assert f"{settings.TIFFIN_ORIGIN}/account/rewards/" in message.body
    assert {message.order_id for message in Message.objects.all()} == {None}


def test_points_that_were_sent_and_a_gift_that_was_skipped_are_told(zofia) -> None:
    skipped = {"standing_order_id": ids.new_id(), "charity_id": ids.new_id(), "customer_id": zofia}
    events = [
        PointsReceived(sending_id=ids.new_id(), customer_id=zofia, points=120),
        StandingOrderSkipped(**skipped, points=300, available=20),
    ]
    with db.transaction(owner="notifications"), handling(*(record(event) for event in events)):
        handlers.points_changed(events)
    send_emails()
    received, skip = mail.outbox
    assert received.subject == "You were sent 120 points"
    assert f"{settings.TIFFIN_ORIGIN}/account/rewards/" in received.body
    assert skip.subject == "Nothing was given to your good cause this month"
    assert "300 points were to be given" in skip.body
    assert f"{settings.TIFFIN_ORIGIN}/account/giving/" in skip.body
    assert "unsubscribe" in skip.body
    assert {channel for (channel,) in Message.objects.values_list("channel")} == {"email"}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("frozen", "your points cannot be used or sent at the moment"),
        ("receiver", "whom you sent them can be sent none any more"),
        ("expired", "some of them have expired meanwhile"),
        ("undecided", "nobody got round to it in time"),
    ],
)
def test_points_that_were_sent_and_come_back_are_told_with_why(zofia, reason, said) -> None:
    event = SendingReturned(sending_id=ids.new_id(), customer_id=zofia, points=400, reason=reason)
    with db.transaction(owner="notifications"), handling(record(event)):
        handlers.points_changed([event])
    send_emails()
    (message,) = mail.outbox
    assert message.subject == "400 points that you sent are yours again"
    assert f"held for review, and did not go: {said}." in message.body
    assert f"{settings.TIFFIN_ORIGIN}/account/rewards/" in message.body


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("insufficient_points", "300 points were to be given, and 20 were there."),
        ("charity_unknown", "You may choose another."),
        ("points_too_fast", "they could not be."),
        ("", "they could not be."),
    ],
)
def test_why_a_gift_was_skipped_is_said_where_it_is_known(reason: str, said: str) -> None:
    facts = {"points": 300, "available": 20, "reason": reason}
    text = wording.write("standing_order_skipped", facts, language="en", link="https://x.example/").text
    assert said in text


@pytest.mark.parametrize(("total", "said"), [(2350, "payment of 23.50 GBP"), (0, "Your points pay for all")])
def test_an_order_that_points_pay_whole_is_told_of_no_payment(zofia, total, said) -> None:
    event = confirmed(zofia, total=total)
    with db.transaction(owner="notifications"), handling(record(event)):
        handlers.happened([event])
    send_emails()
    (sent,) = mail.outbox
    assert said in sent.body
    assert ("payment" in sent.body) == bool(total)


def test_what_stands_in_an_email_cannot_be_markup() -> None:
    written = wording.write(
        "order_confirmed", {"total": "<b>1</b>"}, language="en", link="https://x.example/"
    )
    assert "<b>1</b>" in written.text
    assert "<b>" not in written.html


def test_a_bad_template_ends_its_message_and_no_other(zofia, monkeypatch) -> None:
    whole = wording.render_to_string

    def broken(name, context=None):
        if "order_feedback" in name:
            raise ValueError("a brace is missing")
        return whole(name, context)

    monkeypatch.setattr(wording, "render_to_string", broken)
    told(zofia, kind=FEEDBACK)
    told(zofia)
    send_emails()
    states = dict(Message.objects.values_list("kind", "state"))
    assert states == {"order_feedback": State.FAILED, "order_confirmed": State.SENT}
    assert "a brace is missing" in Message.objects.get(kind="order_feedback").cause


def test_a_server_that_is_busy_is_tried_again_and_a_mailbox_that_bounces_is_not(zofia, monkeypatch) -> None:
    errors = [smtplib.SMTPServerDisconnected(), smtplib.SMTPRecipientsRefused({EMAIL: (550, b"no")})]

    class Server(BaseEmailBackend):
        def send_messages(self, messages):
            raise errors.pop(0)

    monkeypatch.setattr(email_channel, "get_connection", Server)
    told(zofia)
    send_emails()
    waiting = Message.objects.get()
    assert (waiting.state, waiting.attempts) == (State.WAITING, 1)
    assert waiting.due > clock.now()
    with clock.shift(timedelta(minutes=1)):
        send_emails()
    bounced = Message.objects.get()
    assert (bounced.state, bounced.attempts) == (State.FAILED, 2)
    assert EMAIL not in bounced.cause


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPAuthenticationError(535, b"no"),
        smtplib.SMTPConnectError(554, b"no"),
        smtplib.SMTPHeloError(550, b"no"),
        smtplib.SMTPSenderRefused(550, b"no", "orders@tiffin.example"),
    ],
)
def test_what_is_the_senders_trouble_fails_no_message(zofia, monkeypatch, error) -> None:
    class Server(BaseEmailBackend):
        def send_messages(self, messages):
            raise error

    monkeypatch.setattr(email_channel, "get_connection", Server)
    told(zofia)
    send_emails()
    waiting = Message.objects.get()
    assert (waiting.state, waiting.cause) == (State.WAITING, f"{type(error).__name__} {error.smtp_code}")


def test_a_batch_goes_out_over_one_connection(zofia, mail_server) -> None:
    for _ in range(5):
        told(zofia)
    send_emails()
    assert (mail_server.connections, len(mail_server.mails)) == (1, 5)
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}


def test_what_a_broken_connection_leaves_behind_is_sent_later(zofia, mail_server) -> None:
    mail_server.breaks_after = 2
    for _ in range(5):
        told(zofia)
    send_emails()
    assert (mail_server.connections, len(mail_server.mails)) == (1, 2)
    left = Message.objects.filter(state=State.WAITING)
    assert {(each.attempts, each.cause) for each in left} == {(1, "SMTPSenderRefused 421")}
    mail_server.breaks_after = 10
    with clock.shift(timedelta(minutes=1)):
        send_emails()
    assert (mail_server.connections, len(mail_server.mails), left.all().count()) == (2, 5, 0)


def test_no_batch_outlasts_its_lease() -> None:
    longest_email = 12 * settings.EMAIL_TIMEOUT
    for name in ("send_emails", "send_emails_beside", "send_pushes", "send_webhooks", "send_webhooks_beside"):
        lease = find("notifications", name).lease
        assert lease == sending.TAKEN_FOR > timedelta(seconds=sending.BUDGET_SECONDS + longest_email)


def test_what_nobody_needs_to_hear_any_more_is_not_sent(zofia) -> None:
    told(zofia)
    with clock.shift(timedelta(hours=49)):
        send_emails()
    assert (Message.objects.get().state, mail.outbox) == (State.FAILED, [])


def test_whoever_dies_while_sending_leaves_it_to_others(zofia, monkeypatch) -> None:
    told(zofia)

    class Died(BaseException):
        pass

    def die(*args, **kwargs):
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(email_channel, "send", die)
        with pytest.raises(Died):
            services.send_due(Channel.EMAIL)
    send_emails()
    assert mail.outbox == []  # somebody may still be at it
    with clock.shift(timedelta(minutes=11)):
        send_emails()
    assert len(mail.outbox) == 1
