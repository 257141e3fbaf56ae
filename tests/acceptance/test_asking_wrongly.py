"""Requests that cannot be granted: each refused with a code and a sentence, and nothing is left behind."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.people import refused, until

pytestmark = pytest.mark.platform
TEN_MEGABYTES = 10 * 1024 * 1024


@pytest.fixture(autouse=True)
def _nothing_is_left(customer, books):
    yield
    books.nothing_of(customer)


@pytest.mark.parametrize("path", ["/quotes", "/orders"])
def test_malformed_json(customer, path) -> None:
    answer = customer.http.post(
        path,
        content=b'{"lines": [',
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {customer.token}",
            "Idempotency-Key": str(uuid4()),
        },
    )
    problem = refused(answer, 400, "malformed_json")
    assert (problem["line"], problem["column"]) == (1, 12)


def test_an_unknown_item(customer, places) -> None:
    answer = customer.ask(places.open, {"item_id": str(uuid4()), "quantity": 1})
    assert "load the menu again" in refused(answer, 422, "basket_item_unknown")["detail"]


def test_an_unavailable_item(customer, places, kitchen_of) -> None:
    kitchen, gyoza = kitchen_of(places.open), places.open.line("Gyoza")
    kitchen.sells_out_of(gyoza)
    answer = until(lambda: customer.ask(places.open, gyoza), lambda answer: answer.is_error)
    assert "Gyoza" in refused(answer, 409, "basket_item_unavailable")["detail"]
    kitchen.has_again(gyoza)
    until(lambda: customer.ask(places.open, gyoza), lambda answer: answer.is_success)


@pytest.mark.parametrize("options", [(), ("Miso", "Tonkotsu")], ids=["too few", "too many"])
def test_a_wrong_option_count(customer, places, options) -> None:
    answer = customer.ask(places.open, places.open.line("Ramen", *options))
    problem = refused(answer, 422, "option_count_wrong")
    assert (problem["minimum"], problem["maximum"], problem["chosen"]) == (1, 1, len(options))
    assert "Broth" in problem["detail"]


def test_a_closed_restaurant(customer, places) -> None:
    answer = customer.ask(places.closed)
    assert "opens" in refused(answer, 409, "restaurant_closed")["detail"]


def test_an_address_outside_every_zone(customer, places) -> None:
    in_the_sea = customer.lives_at(50.0, -20.0)
    refused(customer.ask(places.open, address_ticket=in_the_sea), 422, "address_outside_zone")


def test_an_expired_quote(hurried_customer, places, books) -> None:
    quote = hurried_customer.quote(places.hurried)
    time.sleep((datetime.fromisoformat(quote["expires_at"]) - datetime.now(UTC)).total_seconds() + 0.1)
    answer = hurried_customer.place(quote["token"])
    assert "ask for a new quote" in refused(answer, 409, "quote_expired")["detail"]
    books.nothing_of(hurried_customer)


def test_a_tampered_quote(customer, places) -> None:
    token = customer.quote(places.open)["token"]
    spoiled = token[:50] + ("A" if token[50] != "A" else "B") + token[51:]
    refused(customer.place(spoiled), 422, "quote_invalid")


def test_another_customers_quote(customer, places, platform) -> None:
    stranger = type(customer)(platform.base_url, places.open)
    refused(customer.place(stranger.quote(places.open)["token"]), 403, "quote_not_yours")


def test_a_body_of_ten_megabytes(customer) -> None:
    body = b'{"quote": "' + b"x" * TEN_MEGABYTES + b'"}'
    answer = httpx.post(
        f"{customer.http.base_url}orders",
        content=body,
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {customer.token}",
            "Idempotency-Key": str(uuid4()),
        },
        timeout=30,
    )
    refused(answer, 413, "body_too_large")


def test_no_key(customer, places) -> None:
    body = {"quote": customer.quote(places.open)["token"], "payment_method": "pm_card_visa"}
    refused(customer.post("/orders", body), 400, "idempotency_key_required")
