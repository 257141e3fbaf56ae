"""The API describes itself, problems and all, and its page needs no network."""

from __future__ import annotations

import pytest

from tiffin.testing import api

pytestmark = pytest.mark.urls("tiffin.web.tests.toy")


def test_operations_say_what_can_go_wrong() -> None:
    document = api().get("/api/v1/openapi.json").json()

    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["accessToken"]["scheme"] == "bearer"
    things = document["paths"]["/api/v1/toy/things"]["post"]
    assert {"401", "403", "409", "422", "500", "503"} <= set(things["responses"])
    assert [p["name"] for p in things["parameters"] if p["in"] == "header"] == ["Idempotency-Key"]
    for name in {ref for code, ref in _references(document)}:
        assert name in document["components"]["responses"]


def test_the_page_works_offline() -> None:
    page = api().get("/api/v1/docs/", headers={"Accept": "text/html"})

    assert page.status_code == 200
    assert b"swagger-ui-bundle.js" in page.content
    assert b"https://" not in page.content


def _references(document: dict) -> list[tuple[str, str]]:
    return [
        (code, answer["$ref"].rpartition("/")[2])
        for operations in document["paths"].values()
        for operation in operations.values()
        for code, answer in operation["responses"].items()
        if "$ref" in answer
    ]
