"""A request under one Idempotency-Key takes effect once and has one answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from tiffin import ids
from tiffin.context import Actor, ActorKind
from tiffin.models import CommandAnswer
from tiffin.testing import api
from tiffin.testing.things import Thing, tables
from tiffin.web.tests.toy import Things

pytestmark = [pytest.mark.urls("tiffin.web.tests.toy"), pytest.mark.database]
CUSTOMER = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())
OTHER = Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())


@pytest.fixture(autouse=True)
def things() -> Iterator[None]:
    Things.runs = 0
    Things.started.clear()
    Things.may_go_on.clear()
    with tables():
        yield


def post(body: dict[str, Any], key: str | None = "k1", actor: Actor = CUSTOMER) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    client = api(actor)
    client.raise_request_exception = False
    return client.post("/api/v1/toy/things", body, format="json", headers=headers)


def test_the_answer_is_given_again_without_the_effect() -> None:
    first = post({"label": "a"})
    again = post({"label": "a"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Thing.objects.count() == 1


def test_another_body_under_the_key_is_refused() -> None:
    post({"label": "a"})

    answer = post({"label": "b"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Thing.objects.count() == 1


def test_under_another_secret_a_request_is_another(settings: Any) -> None:
    """What is kept of a request is keyed, so that nobody guesses it from the table."""
    post({"label": "a"})
    settings.SECRET_KEY = "another secret"

    assert post({"label": "a"}).json()["code"] == "idempotency_key_reused"


def test_keys_belong_to_who_sends_them() -> None:
    assert post({"label": "a"}).json() != post({"label": "a"}, actor=OTHER).json()


@pytest.mark.parametrize("key", [None, "", "x" * 256, "żółw"])
def test_a_key_is_required(key: str | None) -> None:
    answer = post({"label": "a"}, key=key)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


def test_a_refusal_leaves_nothing_but_itself() -> None:
    first, again = (post({"label": "a", "then": "refuse"}) for _ in range(2))

    assert first.status_code == again.status_code == 409
    assert again["Idempotent-Replayed"] == "true"
    assert again["Content-Type"] == "application/problem+json"
    assert again.json() == first.json()
    assert Thing.objects.count() == 0
    assert Things.runs == 1


@pytest.mark.parametrize(("then", "status"), [("fail", 500), ("validate", 422)])
def test_what_failed_otherwise_may_be_tried_again(then: str, status: int) -> None:
    assert post({"label": "a", "then": then}).status_code == status

    assert CommandAnswer.objects.using("orders").count() == 0
    assert Thing.objects.count() == 0
    assert post({"label": "a"}).status_code == 201


def test_at_the_same_moment_one_works_and_the_other_is_told_so() -> None:
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_post_and_close, {"label": "a", "then": "wait"})
        assert Things.started.wait(10)
        second = post({"label": "a", "then": "wait"})
        Things.may_go_on.set()

        assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
        assert second["Retry-After"] == "1"
        assert first.result().status_code == 201
    assert post({"label": "a", "then": "wait"}).json() == first.result().json()
    assert Thing.objects.count() == 1


def test_pages_go_from_new_to_old() -> None:
    made = [post({"label": str(number)}, key=str(number)).json()["id"] for number in range(3)]
    client = api(CUSTOMER)

    first = client.get("/api/v1/toy/things?page_size=2").json()
    rest = client.get(first["next"]).json()

    assert [*first["results"], *rest["results"]] == made[::-1]
    assert rest["next"] is None
    for cursor in ("x", "cD1ub3QtYS11dWlk"):
        answer = client.get(f"/api/v1/toy/things?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


def _post_and_close(body: dict[str, Any]) -> Any:
    try:
        return post(body)
    finally:
        connections.close_all()
