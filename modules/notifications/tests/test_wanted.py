"""What customers want to hear, and what nobody hears any more."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.test import Client

from modules.identity.events import CustomerErased
from modules.notifications import handlers, services
from modules.notifications.jobs import send_emails
from modules.notifications.kinds import FEEDBACK
from modules.notifications.models import Message, Preference, State
from modules.notifications.tests.test_telling import told
from tiffin import clock, db
from tiffin.context import Actor, ActorKind
from tiffin.testing import api

pytestmark = pytest.mark.database


def test_a_link_in_the_email_ends_what_does_not_belong_to_an_order(zofia) -> None:
    told(zofia, kind=FEEDBACK)
    send_emails()
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    assert link in mail.outbox[0].body
    path = "/" + link.split("/", 3)[3]
    browser = Client(enforce_csrf_checks=True)
    assert "Do you want no more" in browser.get(path).content.decode()
    assert not Preference.objects.exists()
    assert "You get no more" in browser.post(path, {"List-Unsubscribe": "One-Click"}).content.decode()
    told(zofia, kind=FEEDBACK)
    told(zofia)
    send_emails()
    assert [sent.subject for sent in mail.outbox[1:]] == ["Your order is with the restaurant"]
    assert Message.objects.filter(state=State.DROPPED).count() == 1
    assert browser.post(path + "x").status_code == 404


def test_preferences_over_http(zofia) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=zofia))
    path = "/api/v1/notifications/preferences"
    before = client.get(path).json()
    assert (before["language"], before["unwanted"]) == ("", [])
    assert len(before["push_public_key"]) == 87
    wanted = {"language": "pl", "unwanted": ["order_feedback"], "unwanted_push": ["order_accepted"]}
    assert client.put(path, wanted).json() == {**before, **wanted}
    less = {"language": "en", "unwanted": []}
    assert client.put(path, less).json() == {**before, **wanted, **less}  # what is left out stays
    for wrong in (
        {"language": "xx", "unwanted": []},
        {"language": "", "unwanted": ["order_cancelled"]},
        {"language": "", "unwanted": [], "unwanted_push": ["order_feedback"]},
    ):
        assert client.put(path, wrong).status_code == 422


def test_who_was_forgotten_hears_nothing(zofia) -> None:
    told(zofia)
    Preference.objects.create(customer_id=zofia, language="pl")
    with db.transaction(owner="notifications"):
        handlers.customer_erased(CustomerErased(customer_id=zofia))
    send_emails()
    assert mail.outbox == []
    assert Message.objects.get().state == State.DROPPED
    assert not Preference.objects.exists()


def test_a_customer_whom_identity_does_not_know_gets_nothing(database) -> None:
    told(uuid4())
    send_emails()
    assert (Message.objects.get().state, mail.outbox) == (State.DROPPED, [])


def test_messages_are_forgotten_after_their_time(zofia) -> None:
    told(zofia)
    services.forget_messages()
    assert Message.objects.count() == 1
    with clock.shift(timedelta(days=91)):
        services.forget_messages()
    assert Message.objects.count() == 0
