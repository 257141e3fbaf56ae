"""Photos with a claim, what staff write about it, and the one appeal."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from modules.identity.events import CustomerErased
from modules.orders import handlers
from modules.orders.interface import (
    ClaimRefused,
    ClaimState,
    ClaimUnknown,
    EvidenceRefused,
    EvidenceUnknown,
    Orders,
    RefundState,
    TransitionRefused,
)
from modules.orders.models import Claim, Evidence
from modules.orders.services import cancel_order_by_staff, decide_claim
from modules.orders.tests import photos, scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim, give_back
from modules.orders.tests.test_staff_pages import person
from tiffin import db, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


@pytest.fixture
def opened(dinner, strict):
    """A claim about a ramen that staff have to look at."""
    return claim(dinner, (0, 1))


def send(opened, content: bytes, customer=None):
    claimed = Claim.objects.get(pk=opened.id)
    return call(Orders).add_evidence(
        key=scenes.new_key(),
        customer_id=customer or claimed.customer_id,
        claim_id=opened.id,
        content=content,
    )


def appeal(opened, words: str = "It was cold, look at the photo."):
    claimed = Claim.objects.get(pk=opened.id)
    return call(Orders).appeal(
        key=scenes.new_key(), customer_id=claimed.customer_id, claim_id=opened.id, words=words
    )


def seen(order):
    return call(Orders).claims(customer_id=order.customer_id, order_id=order.id)[-1]


def test_a_photo_is_kept_without_its_place_and_shown_to_its_customer(dinner, opened) -> None:
    sent = send(opened, photos.jpeg())
    assert seen(dinner).evidence == (sent,)
    found = call(Orders).evidence(customer_id=dinner.customer_id, evidence_id=sent.id)
    assert (found.media_type, photos.PLACE in found.content) == ("image/jpeg", False)
    with pytest.raises(EvidenceUnknown):
        call(Orders).evidence(customer_id=ids.new_id(), evidence_id=sent.id)


def test_the_same_photo_is_kept_once_and_four_in_all(opened) -> None:
    first = send(opened, photos.png())
    assert send(opened, photos.png()).id == first.id
    for colour in (1, 2, 3):
        send(opened, photos.png(colour=colour))
    with pytest.raises(EvidenceRefused):
        send(opened, photos.png(colour=4))
    assert Evidence.objects.count() == 4


@pytest.mark.parametrize("content", [b"", b"<script>", photos.png()[:30], photos.jpeg() + bytes(7 * 1024**2)])
def test_what_is_no_photo_or_too_large_is_refused(opened, content) -> None:
    with pytest.raises(EvidenceRefused):
        send(opened, content)


def test_nobody_sends_photos_with_anothers_claim_nor_when_it_is_decided(opened) -> None:
    with pytest.raises(ClaimUnknown):
        send(opened, photos.png(), customer=ids.new_id())
    decide_claim(claim_id=opened.id, grant=True)
    with pytest.raises(EvidenceRefused):
        send(opened, photos.png())


def test_photos_go_when_their_time_is_over_or_their_customer(dinner, opened) -> None:
    send(opened, photos.png())
    decide_claim(claim_id=opened.id, grant=False)
    scenes.wait(7_776_000 - 60)
    assert Evidence.objects.count() == 1
    scenes.wait(7_776_000 + 60)
    assert Evidence.objects.count() == 0


def test_photos_and_words_go_with_their_customer(dinner, opened) -> None:
    send(opened, photos.png())
    decide_claim(claim_id=opened.id, grant=False, answer="Dear Zofia, no.")
    appeal(opened)
    with db.transaction(owner="orders"):
        handlers.customer.forget_where_they_live(CustomerErased(customer_id=dinner.customer_id))
    claimed = Claim.objects.get(pk=opened.id)
    assert (claimed.words, claimed.answer, claimed.appeal) == ("", "", "")
    assert Evidence.objects.count() == 0


def test_the_customer_reads_what_staff_wrote(dinner, opened) -> None:
    send(opened, photos.jpeg())
    page = f"/admin/orders/claim/{opened.id}/change/"
    shown = person("support").get(page).content.decode()
    photo = f"/admin/orders/claim/{opened.id}/evidence/{Evidence.objects.get().id}/"
    assert photo in shown
    answer = person("support").get(photo)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert person("support").get(photo.replace(str(opened.id), str(uuid4()))).status_code == 404
    saved = person("support").post(page, {"answer": "The photo shows all three.", "decision": "refuse"})
    assert saved.status_code == 302
    assert (seen(dinner).state, seen(dinner).answer) == (ClaimState.REFUSED, "The photo shows all three.")


def test_those_who_only_look_decide_nothing(opened) -> None:
    page = f"/admin/orders/claim/{opened.id}/change/"
    assert 'name="decision"' not in person("finance").get(page).content.decode()
    person("finance").post(page, {"answer": "", "decision": "grant"})
    assert Claim.objects.get(pk=opened.id).state is ClaimState.OPEN


def test_an_appeal_is_decided_again_and_can_be_made_once(dinner, opened) -> None:
    decide_claim(claim_id=opened.id, grant=False)
    assert seen(dinner).appeal_until is not None
    again = appeal(opened)
    assert (again.state, again.appealed_at is not None) == (ClaimState.OPEN, True)
    assert Job.objects.using("orders").filter(key=opened.id, slot="deadline").count() == 1
    decide_claim(claim_id=opened.id, grant=False)
    assert seen(dinner).appeal_until is None
    with pytest.raises(ClaimRefused):
        appeal(opened)


def test_an_appeal_that_is_granted_gives_the_money_back(dinner, opened) -> None:
    decide_claim(claim_id=opened.id, grant=False)
    appeal(opened)
    decide_claim(claim_id=opened.id, grant=True)
    settle()
    order = order_of(dinner)
    assert order.refunded == opened.asked.amount
    assert order.axes.refund is RefundState.REFUNDED


def test_nobody_appeals_too_late_nor_for_somebody_else_nor_what_was_granted(dinner, opened) -> None:
    with pytest.raises(ClaimRefused):
        appeal(opened)
    with pytest.raises(ClaimUnknown):
        call(Orders).appeal(key=scenes.new_key(), customer_id=ids.new_id(), claim_id=opened.id, words="Mine.")
    decide_claim(claim_id=opened.id, grant=True)
    with pytest.raises(ClaimRefused):
        appeal(opened)


def test_what_was_claimed_again_meanwhile_is_not_appealed_for(dinner, opened) -> None:
    decide_claim(claim_id=opened.id, grant=False)
    claim(dinner, (0, 3))
    with pytest.raises(ClaimRefused):
        appeal(opened)


def test_an_appeal_that_nobody_decides_is_decided_by_the_policy(dinner, opened) -> None:
    decide_claim(claim_id=opened.id, grant=False)
    appeal(opened)
    scenes.wait(86_460)
    assert Claim.objects.get(pk=opened.id).state is ClaimState.GRANTED


def test_a_claim_goes_no_way_that_is_not_drawn(opened) -> None:
    decide_claim(claim_id=opened.id, grant=True)
    with pytest.raises(TransitionRefused) as refused:
        Claim.objects.get(pk=opened.id).move(ClaimState.OPEN)
    assert refused.value.status == 409


def test_over_http(dinner, opened) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=dinner.customer_id))
    photo = SimpleUploadedFile("x.html", photos.png(), content_type="text/html")
    sent = client.generic(
        "POST",
        "/api/v1/evidence",
        *_form({"claim_id": str(opened.id)}, photo),
    )
    assert sent.status_code == 201, sent.content
    assert sent.json()["media_type"] == "image/png"
    shown = client.get(f"/api/v1/evidence/{sent.json()['id']}", headers={"Accept": "image/*"})
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown["Content-Disposition"].startswith("attachment")
    assert shown["X-Content-Type-Options"] == "nosniff"
    stranger = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    assert stranger.get(f"/api/v1/evidence/{sent.json()['id']}").json()["code"] == "evidence_unknown"
    decide_claim(claim_id=opened.id, grant=False)
    url, body = f"/api/v1/claims/{opened.id}/appeal", {"words": "Look again."}
    answer = client.post(url, body, headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["state"]) == (200, "open")


def _form(fields: dict[str, str], photo: SimpleUploadedFile) -> tuple[bytes, str]:
    return encode_multipart(BOUNDARY, {**fields, "photo": photo}), MULTIPART_CONTENT


@pytest.mark.parametrize("other", ["decide", "stop", "refund"])
def test_nobody_waits_in_a_circle(kitchen, dinner, opened, other) -> None:
    """A claim is decided while the order is stopped, money given back, or the same claim decided."""
    start, failed = threading.Barrier(2), []

    def press(act) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # whatever it is, it is reported below
            failed.append(error)
        finally:
            connections.close_all()

    acts = {
        "decide": lambda: decide_claim(claim_id=opened.id, grant=False),
        "stop": lambda: cancel_order_by_staff(order_id=dinner.id, note="fire"),
        "refund": lambda: give_back(dinner, 300),
    }
    decides = threading.Thread(target=press, args=(lambda: decide_claim(claim_id=opened.id, grant=True),))
    others = threading.Thread(target=press, args=(acts[other],))
    for thread in (decides, others):
        thread.start()
    for thread in (decides, others):
        thread.join(timeout=30)
    assert not any("deadlock" in str(error) or "timeout" in str(error) for error in failed), failed
    assert [type(error).__name__ for error in failed] == (["CancellationRefused"] if other == "stop" else [])
    settle()
    order = order_of(dinner)
    assert order.refunded == order.refund_due
    assert Claim.objects.get(pk=opened.id).state is not ClaimState.OPEN
