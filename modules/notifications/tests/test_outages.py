"""Whoever carries the messages is not there for a day, or for longer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.notifications.jobs import send_emails
from modules.notifications.models import Message, State
from modules.notifications.tests.test_outside import person
from modules.notifications.tests.test_telling import told
from tiffin import clock
from tiffin.testing import waiting

pytestmark = pytest.mark.database


def test_an_email_outlasts_an_outage_of_a_day_and_is_there_within_the_hour(
    zofia, mail_server, settings
) -> None:
    settings.EMAIL_PORT, there = 9, settings.EMAIL_PORT
    told(zofia)
    for minutes in range(0, 24 * 60 + 1, 10):
        with clock.shift(timedelta(minutes=minutes)):
            send_emails()
    late = Message.objects.get()
    assert (late.state, late.cause) == (State.WAITING, "ConnectionRefusedError")
    assert late.attempts > 25

    settings.EMAIL_PORT = there
    with clock.shift(timedelta(hours=25, minutes=1)):
        send_emails()
    assert (Message.objects.get().state, len(mail_server.mails)) == (State.SENT, 1)


def test_a_message_of_another_version_keeps_no_other_from_being_sent_once(zofia, mail_server) -> None:
    first, strange = told(zofia), told(zofia)
    Message.objects.filter(order_id=strange).update(kind="of_tomorrow")

    send_emails()
    with clock.shift(timedelta(hours=1)):
        send_emails()

    states = dict(Message.objects.values_list("order_id", "state"))
    assert states == {first: State.SENT, strange: State.FAILED}
    assert len(mail_server.mails) == 1


def test_what_was_given_up_is_in_the_queue_and_goes_out_once_staff_say_so(
    zofia, mail_server, settings
) -> None:
    settings.EMAIL_PORT, there = 9, settings.EMAIL_PORT
    order_id = told(zofia)
    for hours in range(50):
        with clock.shift(timedelta(hours=hours)):
            send_emails()
    given_up = Message.objects.get()
    assert (given_up.state, given_up.cause) == (State.FAILED, "ConnectionRefusedError")

    settings.EMAIL_PORT = there
    with clock.shift(timedelta(hours=60)):
        support = person("support")
        number, link = waiting(support)["notifications: Messages that failed"]
        assert number == "1"
        assert str(order_id) in support.get(link).content.decode()
        chosen = {"action": "send_again", "_selected_action": [str(given_up.id)]}
        support.post("/admin/notifications/message/", chosen)
        send_emails()
        assert waiting(support)["notifications: Messages that failed"][0] == "0"
    assert (Message.objects.get().state, len(mail_server.mails)) == (State.SENT, 1)
