"""Whether the process can serve, and who may read its numbers."""

from __future__ import annotations

import pytest
from django.test import Client

from tiffin.telemetry.metrics import register_gauge_source
from tiffin.web import health

pytestmark = pytest.mark.urls("tiffin.web.urls")


def test_alive_without_anything() -> None:
    assert Client().get("/livez").json() == {"status": "alive"}


@pytest.mark.database
def test_ready_when_every_module_is(settings: object) -> None:
    answer = Client().get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
    assert set(answer.json()["checks"]) == {*settings.TIFFIN_MODULES, "redis"}


@pytest.mark.database
def test_without_redis_it_degrades_only(settings: object) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


@pytest.mark.database
def test_an_unmigrated_module_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", set())
    monkeypatch.setattr(health, "_latest", lambda module: {(module, "9999_to_come")})

    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["checks"]["orders"]) == (503, "not migrated")


def test_metrics_are_for_this_machine_or_the_token(settings: object) -> None:
    settings.TIFFIN_METRICS_TOKEN = "t"
    register_gauge_source(lambda: [("toy_gauge", "A toy.", {"kind": "a"}, 3.0)])
    client = Client()

    assert b'toy_gauge{kind="a"} 3.0' in client.get("/metrics").content
    outside = {"X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics", headers=outside).status_code == 404
    assert client.get("/metrics", headers={**outside, "Authorization": "Bearer t"}).status_code == 200
    assert client.get("/metrics", headers={**outside, "Authorization": "Bearer x"}).status_code == 404


def test_a_failing_source_is_left_out() -> None:
    def broken() -> list[object]:
        raise RuntimeError

    register_gauge_source(broken)

    assert Client().get("/metrics").status_code == 200
