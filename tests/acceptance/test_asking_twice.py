"""The same thing asked for again: under the same key, under another, and at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.acceptance.people import Customer, refused

pytestmark = pytest.mark.platform


def test_a_quote_placed_twice_under_two_keys(customer, places, books) -> None:
    token = customer.quote(places.open)["token"]
    order = customer.place(token).json()
    problem = refused(customer.place(token), 409, "quote_already_used")
    assert problem["order_id"] == order["id"]
    assert order["id"] in problem["detail"]
    assert books.orders_of(customer) == 1
    books.whole(order)


def test_the_same_key_with_the_same_body(customer, places, books) -> None:
    token, key = customer.quote(places.open)["token"], str(uuid4())
    first, again = customer.place(token, key=key), customer.place(token, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert books.orders_of(customer) == 1


def test_the_same_key_with_another_body(customer, places, books) -> None:
    key = str(uuid4())
    order = customer.place(customer.quote(places.open)["token"], key=key).json()
    other = customer.place(customer.quote(places.open)["token"], key=key)
    refused(other, 422, "idempotency_key_reused")
    assert books.orders_of(customer) == 1
    books.whole(order)


def test_the_same_key_at_the_same_moment(customer, places, books) -> None:
    token, key = customer.quote(places.open)["token"], str(uuid4())
    with ThreadPoolExecutor(8) as hands:
        answers = list(hands.map(lambda _: customer.place(token, key=key), range(8)))
    placed = [answer.json() for answer in answers if answer.status_code == 201]
    assert placed
    assert len({order["id"] for order in placed}) == 1
    for answer in answers:
        if answer.status_code != 201:
            refused(answer, 409, "request_in_progress")
    assert books.orders_of(customer) == 1
    books.whole(placed[0])


def test_one_quote_in_two_windows_at_the_same_moment(customer, places, books) -> None:
    token = customer.quote(places.open)["token"]
    with ThreadPoolExecutor(6) as hands:
        answers = list(hands.map(lambda _: customer.place(token), range(6)))
    (order,) = (answer.json() for answer in answers if answer.status_code == 201)
    for answer in answers:
        if answer.status_code != 201:
            assert refused(answer, 409, "quote_already_used")["order_id"] == order["id"]
    assert books.orders_of(customer) == 1
    assert customer.await_status(order, "waiting_for_restaurant")
    assert books.payments_of(customer) == 1


def test_what_was_refused_stays_refused_under_its_key(customer: Customer, books) -> None:
    key = str(uuid4())
    for _ in range(2):
        refused(customer.place("q1.nonsense", key=key), 422, "quote_invalid")
    books.nothing_of(customer)
