"""Browsers and webhooks: the real wires, strangers' addresses, and what becomes of those that are gone."""

from __future__ import annotations

import json
from datetime import timedelta

import jwt
import pytest
from django.core import mail
from django.test import Client
from standardwebhooks import Webhook as Verifier

from modules.notifications import services
from modules.notifications.jobs import send_emails, send_pushes, send_webhooks
from modules.notifications.kinds import CANCELLED
from modules.notifications.models import Browser, Message, State, Webhook
from modules.notifications.services import sending
from modules.notifications.tests.outside import UserAgent
from modules.notifications.tests.test_telling import told
from tiffin import clock, ids, outside
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import api, token

pytestmark = pytest.mark.database


@pytest.fixture
def browser(zofia, world) -> UserAgent:
    agent = UserAgent()
    services.add_browser(customer_id=zofia, subscription=agent.subscription(f"{world.url}/send/1"))
    return agent


@pytest.fixture
def receiver(zofia, world) -> Webhook:
    return services.add_webhook(customer_id=zofia, url=f"{world.url}/orders")


def of(channel: str) -> Message:
    return Message.objects.get(channel=channel)


def test_a_browser_can_open_what_it_is_sent_and_knows_from_whom(zofia, world, browser, settings) -> None:
    order_id = told(zofia)
    send_pushes()
    (heard,) = world.heard
    shown = json.loads(browser.open(heard.body))
    assert shown["title"] == "Your order is with the restaurant"
    assert "23.50 GBP" in shown["body"]
    assert shown["url"].endswith(f"/orders/{order_id}/")
    assert heard.headers["content-encoding"] == "aes128gcm"
    assert int(heard.headers["ttl"]) > 0
    signed = heard.headers["authorization"].removeprefix("vapid t=").partition(",")[0]
    claims = jwt.decode(signed, options={"verify_signature": False})
    assert claims["sub"] == f"mailto:{settings.TIFFIN_VAPID_CONTACT}"
    assert (of("push").state, of("push").provider_id) == (State.SENT, "https://push.example/m/1")


def test_a_browser_hears_only_what_its_owner_wants_there(zofia, world, browser) -> None:
    services.prefer(customer_id=zofia, language="", unwanted=(), unwanted_push=("order_confirmed",))
    told(zofia)
    told(zofia, kind=CANCELLED, reason="no_courier")
    send_pushes()
    send_emails()
    (heard,) = world.heard
    assert json.loads(browser.open(heard.body))["title"] == "Your order was cancelled"
    muted = Message.objects.get(channel="push", kind="order_confirmed")
    assert (muted.state, muted.cause) == (State.DROPPED, "the customer does not want it")
    assert len(mail.outbox) == 2  # what belongs to an order comes by e-mail all the same


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(zofia, world, browser, status) -> None:
    world.answers = [status]
    told(zofia)
    send_pushes()
    assert of("push").state == State.DROPPED
    assert not Browser.objects.exists()


def test_a_push_service_that_is_busy_is_asked_again_later(zofia, world, browser) -> None:
    world.answers = [503, 429, 201]
    told(zofia)
    for minutes in (0, 1, 5):
        with clock.shift(timedelta(minutes=minutes)):
            send_pushes()
    assert (of("push").state, of("push").attempts, len(world.heard)) == (State.SENT, 3, 3)


def test_a_receiver_can_verify_a_webhook_and_knows_a_repeat(zofia, world, receiver) -> None:
    order_id = told(zofia)
    send_webhooks()
    services.send_again(message_id=of("webhook").id)
    send_webhooks()
    first, again = world.heard
    document = Verifier(receiver.secret).verify(first.body, first.headers)
    assert document["type"] == "order_confirmed"
    assert document["data"] == {"order_id": str(order_id), "total": "23.50 GBP"}
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert of("webhook").state == State.SENT


def test_what_endpoints_are_reached_with_lies_sealed(zofia, browser, receiver) -> None:
    lying = bytes(Webhook.objects.get().sealed) + bytes(Browser.objects.get().sealed)
    for plain in (receiver.secret, *browser.keys.values()):
        assert plain.encode() not in lying
    again = services.add_webhook(customer_id=zofia, url=receiver.url)
    assert again.secret == receiver.secret


def test_a_browser_that_comes_again_has_the_keys_it_has_now(zofia, world, browser) -> None:
    renewed = UserAgent()
    services.add_browser(customer_id=zofia, subscription=renewed.subscription(f"{world.url}/send/1"))
    told(zofia)
    send_pushes()
    (heard,) = world.heard
    assert json.loads(renewed.open(heard.body))["title"]


def test_a_webhook_is_tried_for_two_days_and_no_longer(zofia, world, receiver) -> None:
    world.answers = [500]
    told(zofia)
    for minutes in range(0, 60 * 60, 20):
        with clock.shift(timedelta(minutes=minutes)):
            send_webhooks()
    message, tried = of("webhook"), len(world.heard)
    assert message.state == State.FAILED
    assert 45 <= tried <= 55


def test_what_there_is_no_time_for_is_given_back_at_once(zofia, world, receiver, monkeypatch) -> None:
    monkeypatch.setattr(sending, "BUDGET_SECONDS", 0.3)
    world.pause = 0.2
    for _ in range(6):
        told(zofia)
    send_webhooks()
    sent = len(world.heard)
    assert 1 <= sent <= 2
    left = Message.objects.filter(channel="webhook", state=State.WAITING)
    assert {each.attempts for each in left} == {0}
    assert left.filter(due__lte=clock.now()).count() == 6 - sent
    monkeypatch.setattr(sending, "BUDGET_SECONDS", 20.0)
    send_webhooks()
    assert left.all().count() == 0


def test_a_receiver_that_does_not_answer_is_waited_for_once(zofia, world, receiver, monkeypatch) -> None:
    services.add_webhook(customer_id=zofia, url=f"{world.url}/other")
    monkeypatch.setattr(outside, "SECONDS", 0.5)
    world.pause = 1.5
    for _ in range(3):
        told(zofia)
    send_webhooks()
    assert sorted(heard.path for heard in world.heard) == ["/orders", "/other"]
    put_off = Message.objects.filter(channel="webhook")
    assert {(each.state, each.attempts) for each in put_off} == {(State.WAITING, 1)}
    assert not put_off.filter(due__lte=clock.now()).exists()


def test_a_webhook_that_says_gone_is_removed(zofia, world, receiver) -> None:
    world.answers = [410]
    told(zofia)
    send_webhooks()
    assert not Webhook.objects.exists()


def test_nobody_is_led_elsewhere(zofia, world, receiver) -> None:
    world.answers = [302]
    told(zofia)
    send_webhooks()
    assert (of("webhook").state, len(world.heard)) == (State.WAITING, 1)


def test_an_address_that_is_not_for_us_is_refused(zofia) -> None:
    client, url = api(Actor(kind=ActorKind.CUSTOMER, id=zofia)), "https://10.1.2.3/hook"
    answer = client.post("/api/v1/notifications/webhooks", {"url": url})
    assert answer.status_code == 422, answer.content
    assert "not a public address" in answer.json()["detail"]
    keys = UserAgent().keys
    answer = client.post("/api/v1/notifications/browsers", {"endpoint": url, "keys": keys})
    assert answer.status_code == 422
    assert not Webhook.objects.exists()
    assert not Browser.objects.exists()


def test_browsers_and_webhooks_over_http(zofia) -> None:
    client, other = (api(Actor(kind=ActorKind.CUSTOMER, id=who)) for who in (zofia, ids.new_id()))
    for name, body in (
        ("browsers", {"endpoint": "https://push.example.com/1", "keys": UserAgent().keys}),
        ("webhooks", {"url": "https://example.com/orders"}),
    ):
        path = f"/api/v1/notifications/{name}"
        first, again = client.post(path, body), client.post(path, body)
        assert (first.status_code, again.json()) == (201, first.json())
        assert [each["id"] for each in client.get(path).json()[name]] == [first.json()["id"]]
        assert other.get(path).json()[name] == []
        one = f"{path}/{first.json()['id']}"
        assert other.delete(one).json()["code"] == "endpoint_unknown"
        assert (client.delete(one).status_code, client.delete(one).status_code) == (204, 404)


def test_there_are_only_so_many(zofia) -> None:
    for number in range(10):
        services.add_webhook(customer_id=zofia, url=f"https://example.com/{number}")
    answer = api(Actor(kind=ActorKind.CUSTOMER, id=zofia)).post(
        "/api/v1/notifications/webhooks", {"url": "https://example.com/more"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")


@pytest.mark.parametrize("keys", [{"p256dh": "x", "auth": "y"}, {"p256dh": "A" * 87, "auth": "A" * 22}])
def test_keys_that_no_browser_has_are_refused(zofia, keys) -> None:
    answer = api(Actor(kind=ActorKind.CUSTOMER, id=zofia)).post(
        "/api/v1/notifications/browsers", {"endpoint": "https://push.example.com/1", "keys": keys}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "endpoint_refused")


# --- staff -----------------------------------------------------------------------------------------


def person(*roles: str) -> Client:
    client = Client()
    client.cookies[STAFF_COOKIE] = token(
        Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(EVERY_REGION,))
    )
    return client


def test_staff_find_what_was_not_heard_and_send_it_again(zofia, world, receiver) -> None:
    world.answers = [410]
    order_id = told(zofia)
    send_webhooks()
    staff = person("support")
    listed = staff.get(f"/admin/notifications/message/?state=dropped&channel=webhook&q={order_id}")
    assert "order_confirmed" in listed.content.decode()
    chosen = {"action": "send_again", "_selected_action": [str(of("webhook").id)]}
    staff.post("/admin/notifications/message/", chosen)
    assert of("webhook").state == State.WAITING


def test_staff_see_how_every_message_reads(database) -> None:
    page = person("support").get("/admin/notifications/message/templates/").content.decode()
    for said in ("Your order is with the restaurant", "Kuchnia już pracuje", "Jak smakowało?"):
        assert said in page
    assert "Broken" not in page
    assert person("finance").get("/admin/notifications/message/templates/").status_code == 403
