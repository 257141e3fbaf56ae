"""No token, one that is over, and somebody else's."""

from __future__ import annotations

import time
from uuid import uuid4

import jwt
import pytest

from tests.acceptance.people import Customer, Person, refused

pytestmark = pytest.mark.platform


def everything_of(order: dict) -> list[tuple[str, str]]:
    path = f"/orders/{order['id']}"
    return [
        ("GET", path),
        ("GET", f"{path}/timeline"),
        ("GET", f"{path}/stream"),
        ("POST", f"{path}/cancel"),
    ]


def ask(person: Person, method: str, path: str):
    return person.get(path) if method == "GET" else person.post(path, key=str(uuid4()))


@pytest.fixture
def order(customer, places):
    return customer.order(places.open)


def test_no_token(order, platform, books) -> None:
    nobody = Person(platform.base_url)
    for method, path in everything_of(order):
        refused(ask(nobody, method, path), 401, "not_authenticated")
    refused(nobody.post("/orders", {"quote": "x"}, key="k"), 401, "not_authenticated")
    books.whole(order)


def test_another_customers_token(order, customer, platform, places, books) -> None:
    stranger = Customer(platform.base_url, places.open)
    for method, path in everything_of(order):
        refused(ask(stranger, method, path), 404, "order_unknown")
    assert stranger.get("/orders").json()["results"] == []
    assert customer.look(order)["status"] != "cancelled"


def test_an_expired_token(order, customer, platform, books) -> None:
    late = Person(platform.base_url)
    key = platform.home_of("identity").secrets / "jwt-private.pem"
    late.token = _aged(customer.token, key.read_text())
    for method, path in everything_of(order):
        refused(ask(late, method, path), 401, "token_expired")
    refused(late.post("/orders", {"quote": "x"}, key="k"), 401, "token_expired")
    books.whole(order)


def test_a_token_signed_by_somebody_else(order, customer, platform) -> None:
    forger = Person(platform.base_url)
    head, claims, _ = customer.token.split(".")
    forger.token = f"{head}.{claims}.{'A' * 342}"
    for method, path in everything_of(order):
        refused(ask(forger, method, path), 401, "token_invalid")


def _aged(token: str, key: str) -> str:
    """The same token, as it would look had its time been over for a minute."""
    claims = jwt.decode(token, options={"verify_signature": False})
    claims["exp"] = int(time.time()) - 60
    return jwt.encode(claims, key, algorithm="RS256", headers=jwt.get_unverified_header(token))
