"""Card data never touches this process: what looks like it is refused, and stands nowhere afterwards."""

from __future__ import annotations

import json
import logging

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client

from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api

pytestmark = pytest.mark.database

CARD = "4242424242424242"
AS_CUSTOMER = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())
ADDRESS = {"street": "3 Short Walk", "city": "Anywhere", "postcode": "A1", "lat": 51.45, "lon": -0.3}


def places_of(text: str) -> list[str]:
    """Every table of every module that holds it, and what lies sealed of notifications."""
    found = []
    for module in django_settings.TIFFIN_MODULES:
        with connections[module].cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [module])
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT 1 FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{text}%"])
                hexed = f"%{text.encode().hex()}%"
                if cursor.fetchone():
                    found.append(f"{module}.{table}")
                cursor.execute(f'SELECT 1 FROM "{table}" AS row WHERE row::text LIKE %s', [hexed])
                if cursor.fetchone():
                    found.append(f"{module}.{table}")
    notices = apps.get_app_config("payments").get_model("ProviderNotice").objects.all()
    return found + ["a sealed body" for notice in notices if text.encode() in notice.body]


def test_the_search_itself_finds_what_is_kept(stripe):
    signature = {"Stripe-Signature": "4243 of nobody"}
    Client().post("/api/v1/webhooks/stripe", b"4242 of nobody", content_type="text/plain", headers=signature)
    assert places_of("4242 of nobody") == ["a sealed body"]
    assert places_of("4243 of nobody") == ["payments.payments_providernotice"]
    assert apps.get_app_config("payments").get_model("ProviderNotice").objects.count() == 1


@pytest.mark.parametrize(("method", "path", "body"), [
    ("post", "/api/v1/orders", {"quote": "q", "payment_method": CARD}),
    ("post", "/api/v1/orders", {"quote": "q", "payment_method": "pm_1", "note": f"use {CARD}"}),
    ("post", "/api/v1/orders", {"quote": "q", "payment_method": "4242 4242 4242 4242"}),
    ("post", "/api/v1/quotes", {"lines": [{"note": {"deep": CARD}}]}),
    ("post", "/api/v1/me/addresses", {**ADDRESS, "street": CARD}),
    ("patch", "/api/v1/me", {"name": "4242-4242-4242-4242"}),
    ("post", "/api/v1/auth/login", {"email": "a@example.org", "password": CARD}),
    ("post", "/api/v1/orders", {CARD: int(CARD)}),
])  # fmt: skip
def test_in_any_field_it_is_refused_and_kept_nowhere(method, path, body, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = getattr(api(AS_CUSTOMER), method)(path, body, headers={"Idempotency-Key": "a"})

    assert (answer.status_code, answer.json()["code"]) == (422, "card_data_refused")
    assert CARD not in answer.content.decode()
    assert places_of(CARD) == places_of("4242 4242 4242 4242") == places_of("4242-4242-4242-4242") == []
    assert CARD not in caplog.text


@pytest.mark.parametrize("raw", [
    json.dumps({"quote": CARD}).replace("4", "\\u0034"),
    f"[{CARD}]",
    f"not json at all {CARD}",
])  # fmt: skip
def test_however_it_is_written_in_json(raw):
    answer = Client().post("/api/v1/orders", raw, content_type="application/json")

    assert answer.json()["code"] == "card_data_refused"


def test_a_key_is_kept_and_may_not_hold_it_either():
    body = {"quote": "q", "payment_method": "pm_card_visa"}
    answer = api(AS_CUSTOMER).post("/api/v1/orders", body, headers={"Idempotency-Key": CARD})

    assert answer.json()["code"] == "card_data_refused"
    assert places_of(CARD) == []


@pytest.mark.parametrize("form", [{"note": CARD}, {"note": "4242 4242 4242 4242"}])
@pytest.mark.parametrize("multipart", [True, False])
def test_forms_are_looked_at_too(form, multipart):
    sent = {"data": form} if multipart else {
        "data": "&".join(f"{name}={value.replace(' ', '+')}" for name, value in form.items()),
        "content_type": "application/x-www-form-urlencoded",
    }  # fmt: skip
    answer = Client().post("/login", **sent)

    assert answer.status_code == 422


@pytest.mark.parametrize("sending", [
    {"data": f'{{"id": "evt_1", "number": "{CARD}"}}', "headers": {"Stripe-Signature": "t=1,v1=0"}},
    {"data": "{}", "headers": {"Stripe-Signature": CARD}},
])  # fmt: skip
def test_a_notification_that_nobody_signed_is_not_kept_with_it(stripe, sending, caplog):
    with caplog.at_level(logging.DEBUG):
        answer = Client().post("/api/v1/webhooks/stripe", content_type="application/json", **sending)

    assert (answer.status_code, answer.json()["code"]) == (400, "notification_not_authentic")
    assert places_of(CARD) == []
    assert CARD not in caplog.text
