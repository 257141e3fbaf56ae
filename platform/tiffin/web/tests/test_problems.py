"""Whatever goes wrong, a client gets a problem: a stable code, a sentence that helps, no inner detail."""

from __future__ import annotations

import asyncio
import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tiffin.web.bodies import limit_streams

pytestmark = pytest.mark.urls("tiffin.web.tests.toy")


@pytest.fixture
def client() -> APIClient:
    return APIClient(raise_request_exception=False)


@pytest.mark.parametrize(
    ("what", "status", "code", "header"),
    [
        ("refused", 409, "toy_refused", None),
        ("unavailable", 503, "module_unavailable", "Retry-After"),
        ("fault", 500, "module_fault", None),
        ("late", 503, "deadline_exceeded", "Retry-After"),
        ("database", 503, "database_unavailable", "Retry-After"),
        ("bug", 500, "internal_error", None),
        ("integrity", 500, "internal_error", None),
        ("throttled", 429, "too_many_requests", "Retry-After"),
        ("missing", 404, "not_found", None),
        ("suspicious", 400, "bad_request", None),
    ],
)
@pytest.mark.parametrize("view", ["raising", "plain"])
def test_an_exception_is_a_problem(
    client: APIClient, view: str, what: str, status: int, code: str, header: str | None
) -> None:
    answer = client.get(f"/api/v1/toy/{view}/{what}")

    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["code"] == code
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == f"/api/v1/toy/{view}/{what}"
    assert problem["trace_id"] == answer["X-Trace-Id"]
    assert problem["title"]
    assert problem["detail"]
    assert b"secret" not in answer.content
    assert b"ann@example.org" not in answer.content
    assert header is None or header in answer


def test_a_refusal_speaks_its_own_sentence_and_carries_its_data(client: APIClient) -> None:
    problem = client.get("/api/v1/toy/raising/refused").json()

    assert problem["title"] == "The toy is refused"
    assert problem["detail"] == "There are 2 toys left; take fewer."
    assert problem["left"] == 2


def test_the_same_holds_where_django_is_debugged(client: APIClient, settings: object) -> None:
    settings.DEBUG = True

    assert client.get("/api/v1/toy/plain/bug").json()["code"] == "internal_error"
    assert client.get("/api/v1/nowhere").json()["code"] == "not_found"


def test_each_wrong_value_is_named_by_pointer(client: APIClient) -> None:
    body = {"lines": [{"item": "x", "count": 0}, {"item": "y"}], "note": "too long"}

    answer = client.post("/api/v1/toy/validating", body, format="json")

    assert answer.status_code == 422
    errors = {(error["path"], error["code"]) for error in answer.json()["errors"]}
    assert answer.json()["code"] == "invalid_request"
    assert errors == {
        ("/lines/0/item", "invalid"),
        ("/lines/0/count", "min_value"),
        ("/lines/1/item", "invalid"),
        ("/lines/1/count", "required"),
        ("/note", "max_length"),
    }


def test_a_body_that_is_no_object_is_invalid_as_a_whole(client: APIClient) -> None:
    answer = client.post("/api/v1/toy/validating", [1], format="json")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == ""


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"lines": [1,}', {"line": 1, "column": 14}),
        (b'{\n  "lines": nope}', {"line": 2, "column": 12}),
        (b"\xff\xfe", {"byte": 0}),
        (b'{"lines": NaN}', {}),
        (b"[" * 100_000, {}),
        (b"", {"line": 1, "column": 1}),
    ],
)
def test_malformed_json_is_shown_where(client: APIClient, body: bytes, place: dict[str, int]) -> None:
    answer = client.generic("POST", "/api/v1/toy/validating", body, content_type="application/json")

    if body:
        assert answer.status_code == 400
        assert answer.json()["code"] == "malformed_json"
        assert place.items() <= answer.json().items()
    else:
        assert answer.status_code == 422


def test_what_http_itself_refuses(client: APIClient) -> None:
    assert client.get("/api/v1/nowhere").json()["code"] == "not_found"
    wrong_method = client.delete("/api/v1/toy/validating")
    assert wrong_method.json()["code"] == "method_not_allowed"
    assert wrong_method["Allow"] == "POST, OPTIONS"
    html = client.post("/api/v1/toy/validating", {}, format="json", headers={"Accept": "text/html"})
    assert html.json()["code"] == "not_acceptable"
    form = client.generic("POST", "/api/v1/toy/validating", b"a=1", content_type="text/csv")
    assert form.json()["code"] == "unsupported_media_type"


def test_a_large_body_is_refused_by_its_announced_length(client: APIClient) -> None:
    answer = client.generic("POST", "/api/v1/toy/validating", b"x" * (1024 * 1024 + 1), "application/json")

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert answer.json()["limit_bytes"] == 1024 * 1024


def test_a_large_body_in_chunks_is_refused_and_a_small_one_read() -> None:
    def post(size: int) -> tuple[int, bytes]:
        body = json.dumps({"note": "x" * size}).encode()
        client = Client(headers={"Transfer-Encoding": "chunked"})
        # A chunked request announces no length; the server's input ends by itself.
        chunked = {"CONTENT_LENGTH": "", "wsgi.input": BytesIO(body)}
        answer = client.generic("POST", "/api/v1/toy/plain-post", **chunked)
        return answer.status_code, answer.content

    assert post(2 * 1024 * 1024)[0] == 413
    assert post(10) == (200, b"22")


def test_a_person_gets_a_page(client: APIClient) -> None:
    answer = client.get("/toy/raising/unavailable", headers={"Accept": "text/html"})

    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("text/html")
    assert b"A part of the platform cannot be reached" in answer.content
    assert client.get("/toy/nowhere", headers={"Accept": "text/html"}).status_code == 404


def test_every_code_has_its_page(client: APIClient) -> None:
    assert b"toy_refused" in client.get("/problems/").content
    assert b"take fewer" in client.get("/problems/toy_refused").content
    assert client.get("/problems/malformed_json").status_code == 200
    assert client.get("/problems/nothing_of_the_kind").status_code == 404


@pytest.mark.parametrize("announced", [True, False])
def test_the_stream_process_takes_no_bodies_worth_the_name(announced: bool) -> None:
    received, sent = [], []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            received.append(message["type"])
            if message["type"] == "http.disconnect":
                return

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 40_000, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"content-length", b"1000000")] if announced else []
    scope = {"type": "http", "path": "/", "headers": headers}
    asyncio.run(limit_streams(application)(scope, receive, send))

    if announced:
        assert sent[0]["status"] == 413
        assert json.loads(sent[1]["body"])["code"] == "body_too_large"
    else:
        assert received == ["http.request", "http.disconnect"]
