"""Staff see how the sinks stand, what they refused and who is to be deleted, and do something about it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from modules.analytics import services
from modules.analytics.models import Deletion, HeldMessage, Person, Sink
from modules.analytics.tests import scenes
from modules.analytics.tests.outside import Answer, World
from modules.analytics.tests.test_relaying import poisonous, reasons
from tiffin import clock, db, ids
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing.people import token, waiting

pytestmark = pytest.mark.usefixtures("orders")


@pytest.fixture
def desk() -> Client:
    client = Client()
    actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("operations",), regions=(EVERY_REGION,))
    client.cookies["tiffin_staff"] = token(actor)
    return client


def do(desk: Client, model: str, action: str, row: Any) -> str:
    form = {"action": action, "_selected_action": str(row.pk)}
    return desk.post(f"/admin/analytics/{model}/", form, follow=True).content.decode()


def look(desk: Client, path: str) -> str:
    answer = desk.get(f"/admin/analytics/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_how_a_sink_stands_and_that_it_is_tried_again(configured: World, desk: Client) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who, "a"), scenes.cancelled(who, "b"))
    configured.judge = lambda heard: Answer(403, b"key was revoked")
    services.relay_to("segment")
    page = look(desk, "sink/")
    assert "403: key was revoked" in page
    assert page.count("field-waiting") >= 1
    assert waiting(desk)["analytics: Sinks that take nothing"][0] == "1"
    configured.judge = lambda heard: Answer()
    do(desk, "sink", "try_now", Sink.objects.get())
    services.relay_to("segment")
    assert reasons(configured) == ["a", "b"]
    assert waiting(desk)["analytics: Sinks that take nothing"][0] == "0"


def test_what_was_refused_is_tried_again_or_skipped(configured: World, desk: Client) -> None:
    who = scenes.customer()
    scenes.tell(*(scenes.cancelled(who, reason) for reason in ("good", "poison", "poison two")))
    configured.judge = poisonous
    services.relay_to("segment")
    assert waiting(desk)["analytics: Messages that a sink refused"][0] == "2"
    first, second = HeldMessage.objects.order_by("occurred_at", "pk")
    assert str(first.event_id) in look(desk, f"heldmessage/{first.pk}/change/")
    # It is refused again
    assert "It was not taken: 400" in do(desk, "heldmessage", "try_again", first)
    assert HeldMessage.objects.get(pk=first.pk).attempts == 2
    # One goes, the other is given up
    configured.judge = lambda heard: Answer()
    do(desk, "heldmessage", "try_again", first)
    do(desk, "heldmessage", "skip", second)
    assert not HeldMessage.objects.exists()
    assert reasons(configured) == ["good", json.loads(bytes(first.payload))["reason"]]


def test_what_is_held_of_who_agrees_no_more_is_not_sent(configured: World) -> None:
    who = scenes.customer()
    scenes.tell(scenes.cancelled(who, "poison"))
    configured.judge = poisonous
    services.relay_to("segment")
    held = HeldMessage.objects.get()
    Person.objects.update(agreed=False)
    configured.judge = lambda heard: Answer()
    services.retry_held(held_id=held.pk)
    assert reasons(configured) == []


def test_deletions_that_failed_are_asked_again_or_done_by_hand(
    configured: World, desk: Client, settings: Any
) -> None:
    settings.TIFFIN_SEGMENT_API_TOKEN = ""
    Sink.objects.create(name="segment")
    who = scenes.customer()
    with db.transaction(owner="analytics"):
        services.forget_customer(who)
    with clock.shift(timedelta(minutes=20)):
        services.forward_deletions()
    assert waiting(desk)["analytics: Deletions that failed"][0] == "1"
    row = Deletion.objects.get()
    assert "TIFFIN_SEGMENT_API_TOKEN is not set" in look(desk, f"deletion/{row.pk}/change/")
    do(desk, "deletion", "ask_again", row)
    assert Deletion.objects.get().due <= clock.now()
    do(desk, "deletion", "done", row)
    assert waiting(desk)["analytics: Deletions that failed"][0] == "0"


def test_who_agreed_is_listed_by_ids(configured: World, desk: Client) -> None:
    who = scenes.customer()
    assert str(who) in look(desk, "person/")
    assert str(who) in look(desk, f"consentchange/?q={who}")
