"""Quotes and orders over HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from rest_framework import serializers

from modules.orders import jobs
from modules.orders.interface import (
    CancellationPreview,
    ClaimView,
    OrderSummary,
    OrderView,
    PriceComponent,
    QuoteView,
    TimelineEntryView,
)
from modules.orders.models import Order
from modules.orders.rest.serializers import minds, orders, quotes
from modules.orders.tests import scenes
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


@pytest.fixture
def client(customer):
    return api(Actor(kind=ActorKind.CUSTOMER, id=customer))


def ask(kitchen, customer, **changes):
    line = kitchen.ramen()
    return {
        "restaurant_id": str(kitchen.id),
        "lines": msgspec.to_builtins((line,)),
        "address_ticket": scenes.ticket_for(customer),
        **changes,
    }


def place(client, token, *, key=None):
    return client.post(
        "/api/v1/orders",
        {"quote": token, "payment_method": scenes.VISA},
        headers={"Idempotency-Key": key or str(uuid4())},
    )


@pytest.fixture
def placed(client, kitchen, customer):
    token = client.post("/api/v1/quotes", ask(kitchen, customer)).json()["token"]
    return place(client, token).json()


@pytest.mark.parametrize("rest", ["\\ud800", "żółć", "A" * 500], ids=["surrogate", "letters", "noise"])
def test_a_quote_of_whatever_characters_is_believed_by_its_signature_only(client, rest) -> None:
    body = f'{{"quote": "q1.{rest}", "payment_method": "pm_card_visa"}}'
    answer = client.generic(
        "POST", "/api/v1/orders", body, "application/json", headers={"Idempotency-Key": str(uuid4())}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "quote_invalid")


def test_quote_place_and_read(client, kitchen, customer) -> None:
    quote = client.post("/api/v1/quotes", ask(kitchen, customer)).json()
    answer = place(client, quote["token"])
    assert answer.status_code == 201
    order = client.get(answer["Location"]).json()
    assert order["price"] == quote["price"]
    assert order["status"] == "paying"
    assert order["may_cancel"] is True


def test_anybody_may_have_a_preview(kitchen) -> None:
    body = ask(kitchen, ids.new_id(), point={"lat": 51.52, "lon": -0.12})
    del body["address_ticket"]
    answer = api().post("/api/v1/quotes", body)
    assert (answer.status_code, answer.json()["token"]) == (200, None)


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        ({"restaurant_id": "x"}, "/restaurant_id"),
        ({"lines": [{"quantity": 1}]}, "/lines/0"),
        ({"lines": [{"item_id": "x"}]}, "/lines/0/item_id"),
        ({"lines": [{"item_id": str(uuid4()), "choices": [{"group_id": 3}]}]}, "/lines/0/choices/0/group_id"),
        ({"lines": "soup"}, "/lines"),
        ({"tip": -1}, "/tip"),
        ({"point": {"lat": 91, "lon": 0}}, "/point/lat"),
    ],
)
def test_a_request_that_is_not_valid_says_where(client, kitchen, customer, spoil, path) -> None:
    answer = client.post("/api/v1/quotes", ask(kitchen, customer, **spoil))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert path in {error["path"] for error in answer.json()["errors"]}


def test_choices_nested_without_end_are_refused(client, kitchen, customer) -> None:
    nested = {"group_id": str(uuid4()), "option_id": str(uuid4())}
    for _ in range(400):
        nested = {"group_id": str(uuid4()), "option_id": str(uuid4()), "choices": [nested]}
    line = {"item_id": str(kitchen.item("Ramen")), "choices": [nested]}
    answer = client.post("/api/v1/quotes", ask(kitchen, customer, lines=[line]))
    assert answer.status_code == 422


def test_the_list_is_by_pages_and_ones_own(client, kitchen, customer) -> None:
    for _ in range(3):
        scenes.place(kitchen, customer)
    scenes.place(kitchen, ids.new_id())
    first = client.get("/api/v1/orders?page_size=2").json()
    second = client.get(first["next"]).json()
    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert first["results"][0]["item_count"] == 1
    assert second["next"] is None


def test_another_customers_order_does_not_exist(placed) -> None:
    stranger = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    for path in ("", "/timeline"):
        answer = stranger.get(f"/api/v1/orders/{placed['id']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "order_unknown")
    answer = stranger.post(f"/api/v1/orders/{placed['id']}/cancel", headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "order_unknown")


def test_nobody_and_couriers_place_nothing(kitchen) -> None:
    assert place(api(), "q1.x").status_code == 401
    assert place(api(Actor(kind=ActorKind.COURIER, id=ids.new_id())), "q1.x").status_code == 403


def test_polling_costs_nothing_until_something_changes(client, placed) -> None:
    for path in ("", "/timeline"):
        url = f"/api/v1/orders/{placed['id']}{path}"
        etag = client.get(url)["ETag"]
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    settle()
    for path in ("", "/timeline"):
        assert (
            client.get(f"/api/v1/orders/{placed['id']}{path}", headers={"If-None-Match": etag}).status_code
            == 200
        )


def test_a_deadline_that_moved_without_an_event_is_seen(client, placed) -> None:
    """Who waits for an answer asks again: nothing is published, but the order waits longer."""
    url = f"/api/v1/orders/{placed['id']}"
    client.post(f"{url}/cancel", headers={"Idempotency-Key": str(uuid4())})
    before = client.get(url)
    with clock.shift(timedelta(hours=1)), db.transaction(owner="orders"):
        jobs.settlement_overdue(UUID(placed["id"]))
    after = client.get(url, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after.json()["waits_until"] > before.json()["waits_until"]


def test_the_timeline_goes_on_from_where_one_was(client, placed) -> None:
    settle()
    url = f"/api/v1/orders/{placed['id']}/timeline"
    entries = client.get(url).json()["entries"]
    assert [(entry["axis"], entry["to_state"]) for entry in entries] == [
        ("order", "placed"),
        ("order", "confirmed"),
        ("payment", "authorised"),
        ("vendor", "offered"),
    ]
    assert entries[0]["actor"] == "customer"
    assert client.get(f"{url}?after=3").json()["entries"] == entries[3:]


def test_the_same_key_answers_the_same(client, kitchen, customer) -> None:
    token = client.post("/api/v1/quotes", ask(kitchen, customer)).json()["token"]
    first, again = place(client, token, key="k1"), place(client, token, key="k1")
    assert json.loads(first.content) == json.loads(again.content)
    assert again["Idempotent-Replayed"] == "true"
    other = client.post(
        "/api/v1/orders",
        {"quote": token, "payment_method": "pm_card_mastercard"},
        headers={"Idempotency-Key": "k1"},
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    without = client.post("/api/v1/orders", {"quote": token, "payment_method": scenes.VISA})
    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_required")
    assert Order.objects.count() == 1


def test_cancelling(client, placed) -> None:
    url = f"/api/v1/orders/{placed['id']}/cancel"
    cancelled = client.post(url, headers={"Idempotency-Key": str(uuid4())}).json()
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("cancelled", "customer")


def test_cancelling_too_late_is_refused_with_a_sentence(client, placed) -> None:
    settle()
    scenes.accept(scenes.view(placed["id"]))
    answer = client.post(f"/api/v1/orders/{placed['id']}/cancel", headers={"Idempotency-Key": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (409, "cancellation_refused")
    assert "preparing" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("document", "dto"),
    [
        (orders.OrderSerializer, OrderView),
        (quotes.QuoteSerializer, QuoteView),
        (orders.SummarySerializer, OrderSummary),
        (quotes.ComponentSerializer, PriceComponent),
        (orders.EntrySerializer, TimelineEntryView),
        (minds.ClaimSerializer, ClaimView),
        (minds.CancellationSerializer, CancellationPreview),
    ],
)
def test_the_api_is_described_as_it_is(document, dto) -> None:
    described: serializers.Serializer = document()
    assert set(described.fields) == set(dto.__struct_fields__)
