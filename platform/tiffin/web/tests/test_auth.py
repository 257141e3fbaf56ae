"""Who may do what, as an HTTP client sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api, token
from tiffin.web.auth import ACCESS_COOKIE

pytestmark = pytest.mark.urls("tiffin.web.tests.toy")
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())
COURIER = Actor(kind=ActorKind.COURIER, id=ids.new_id())


def test_a_customer_is_known_by_the_token_and_not_cached() -> None:
    answer = api(CUSTOMER).get("/api/v1/toy/private")

    assert answer.json() == {"actor": f"customer:{CUSTOMER.id}"}
    assert answer["Cache-Control"] == "no-store"


def test_nobody_is_asked_to_log_in() -> None:
    answer = api().get("/api/v1/toy/private")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_another_kind_may_not() -> None:
    answer = api(COURIER).get("/api/v1/toy/private")

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("header", ["Bearer x.y.z", "Bearer", "Basic YTpi", "Bearer a b", "Bearer żółć"])
def test_an_unreadable_token_is_invalid(header: str) -> None:
    client = api()
    client.credentials(HTTP_AUTHORIZATION=header.encode().decode("latin-1"))

    answer = client.get("/api/v1/toy/private")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_an_expired_token_says_so() -> None:
    client = api(CUSTOMER)

    with clock.shift(timedelta(hours=1)):
        answer = client.get("/api/v1/toy/private")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


def test_the_cookie_reads_but_never_writes() -> None:
    client = api()
    client.cookies[ACCESS_COOKIE] = token(CUSTOMER)

    assert client.get("/api/v1/toy/private").status_code == 200
    assert client.post("/api/v1/toy/private").status_code == 401


def test_a_role_is_needed() -> None:
    support = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("support",))
    operations = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("operations",))

    assert api(support).get("/api/v1/toy/operations").status_code == 403
    assert api(operations).get("/api/v1/toy/operations").status_code == 200
    assert api(CUSTOMER).get("/api/v1/toy/operations").status_code == 403
