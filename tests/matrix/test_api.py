"""Every endpoint of the API with every kind of actor, as `api.txt` says."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.matrix import table
from tests.matrix.api_scenes import SCENES
from tests.matrix.asking import difference
from tests.matrix.cast import Asker
from tests.matrix.stage import Scene, Stage
from tests.matrix.table import Row

pytestmark = pytest.mark.platform
PREFIX = "/api/v1"
ROWS = table.read("api.txt")
METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="session")
def http(platform: Any) -> Any:
    with httpx.Client(base_url=platform.base_url, timeout=30) as client:
        yield client


def test_every_endpoint_has_a_row_and_every_row_an_endpoint(platform: Any) -> None:
    document = httpx.get(f"{platform.base_url}{PREFIX}/openapi.json").json()
    published = {
        f"{method.upper()} {path.removeprefix(PREFIX)}"
        for path, operations in document["paths"].items()
        for method in METHODS & set(operations)
    }
    rows = {row.name.partition("#")[0] for row in ROWS}
    assert sorted(published - rows) == [], "endpoints without a row in api.txt"
    assert sorted(rows - published) == [], "rows of api.txt without an endpoint"


def test_every_row_has_a_scene_and_every_scene_a_row() -> None:
    assert sorted(row.name for row in ROWS) == sorted(SCENES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(row: Row, stage: Stage, http: httpx.Client) -> None:
    """Those who may not ask first, about the very object that somebody then is allowed to ask about."""
    wrong = difference(row, SCENES[row.name](stage), stage, partial(ask, http))
    assert not wrong, wrong


def ask(http: httpx.Client, row: Row, asker: Asker, scene: Scene) -> httpx.Response:
    body = scene.body() if callable(scene.body) else scene.body
    headers = {"Idempotency-Key": str(uuid4())}
    if asker.token:
        headers["Authorization"] = f"Bearer {asker.token}"
    path = row.path.partition("#")[0].format_map(scene.path)
    form = {"data": body, "files": scene.files} if scene.files else {"json": body}
    sent = {} if row.method == "GET" else form
    return http.request(row.method, f"{PREFIX}{path}", params=scene.query, headers=headers, **sent)
