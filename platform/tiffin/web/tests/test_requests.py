"""Each request has a context of its own, told to the client and to the log."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from tiffin import context, ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api
from tiffin.web.headers import policy_with

pytestmark = pytest.mark.urls("tiffin.web.tests.toy")
TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_a_trace_is_continued() -> None:
    answer = api().get("/api/v1/nowhere", headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})

    assert answer["X-Trace-Id"] == TRACE
    assert answer["traceparent"].split("-")[1] == TRACE


@pytest.mark.parametrize(
    "header",
    ["", "nonsense", f"00-{'0' * 32}-b7ad6b7169203331-01", f"00-{TRACE.upper()}-b7ad6b7169203331-01"],
)
def test_a_trace_is_begun_where_none_is_brought(header: str) -> None:
    answer = api().get("/api/v1/nowhere", headers={"traceparent": header})

    assert len(answer["X-Trace-Id"]) == 32
    assert answer["X-Trace-Id"] not in (TRACE, "0" * 32)


def test_the_context_ends_with_the_request() -> None:
    before = context.current()

    api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())).get("/api/v1/toy/private")

    assert context.current() == before


def test_a_request_is_one_line_without_its_query() -> None:
    with capture_logs() as lines:
        api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id())).get("/api/v1/toy/private?phone=123")

    [line] = [line for line in lines if line["event"] == "request"]
    assert line["route"] == "api/v1/toy/private"
    assert (line["status"], line["method"], line["actor_kind"]) == (200, "GET", "customer")
    assert "123" not in str(line)


def test_a_page_may_load_from_what_it_names_and_nothing_else() -> None:
    policy = policy_with(
        scripts=["https://js.provider.example/v3/"],
        connects=["https://api.provider.example"],
        frames=["https://js.provider.example", "https://bank.example"],
    )

    said = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert said["script-src"] == "'self' https://js.provider.example"
    assert said["connect-src"] == "'self' https://api.provider.example"
    assert said["frame-src"] == "https://js.provider.example https://bank.example"
    assert said["default-src"] == "'self'"


def test_pages_are_guarded() -> None:
    answer = api().get("/problems/")

    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
