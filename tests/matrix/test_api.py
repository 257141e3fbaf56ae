"""Every endpoint of the API with every kind of actor, as `api.txt` says."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.matrix import table
from tests.matrix.api_scenes import SCENES
from tests.matrix.cast import Asker, Cast
from tests.matrix.stage import Scene, Stage
from tests.matrix.table import Cell, Row

pytestmark = pytest.mark.platform
PREFIX = "/api/v1"
ROWS = table.read("api.txt")
METHODS = {"get", "put", "post", "patch", "delete"}


@pytest.fixture(scope="session")
def stage(cast: Cast) -> Stage:
    return Stage(cast)


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
    scene = SCENES[row.name](stage)
    try:
        wrong = _refusals(row, scene, stage, http) + _grants(row, scene, stage, http)
        assert not wrong, "\n" + "\n".join(wrong)
    finally:
        scene.after()


def _refusals(row: Row, scene: Scene, stage: Stage, http: httpx.Client) -> list[str]:
    before = stage.state_of(scene)
    wrong = _differences(row, scene, stage, http, refusing=True)
    after = stage.state_of(scene)
    if after != before:
        wrong.append(f"{row.name}: a refused request changed something: {before} became {after}")
    return wrong


def _grants(row: Row, scene: Scene, stage: Stage, http: httpx.Client) -> list[str]:
    before = stage.state_of(scene)
    wrong = _differences(row, scene, stage, http, refusing=False)
    watched = scene.changes and (scene.look is not None or scene.keys)
    if row.method != "GET" and watched and not wrong and stage.state_of(scene) == before:
        wrong.append(f"{row.name}: it was allowed, and nothing changed")
    return wrong


def _differences(row: Row, scene: Scene, stage: Stage, http: httpx.Client, *, refusing: bool) -> list[str]:
    return [
        difference
        for column, askers in {**stage.cast.everybody(), **scene.askers}.items()
        for asker in askers
        if row.cells[column].refuses is refusing
        and (difference := _difference(row, row.cells[column], asker, scene, http))
    ]


def _difference(row: Row, cell: Cell, asker: Asker, scene: Scene, http: httpx.Client) -> str:
    """Empty when the answer is what the table says."""
    answer = ask(http, row, asker, scene)
    got = f"{answer.status_code} {code_of(answer)}".strip()
    expected = f"{cell.status} {cell.code}".strip()
    if got != expected:
        return f"{row.name}  as {asker.name}: expected {expected}, got {got}: {answer.text[:200]}"
    if answer.is_success:
        scene.told(answer)
    shown = bool(scene.shows) and scene.shows in answer.text
    if cell.word == table.NONE and shown:
        return f"{row.name}  as {asker.name}: shows {scene.shows}, which is somebody else's"
    if cell.status == 200 and not cell.word and scene.shows and not shown:
        return f"{row.name}  as {asker.name}: does not show {scene.shows}: {answer.text[:200]}"
    return ""


def ask(http: httpx.Client, row: Row, asker: Asker, scene: Scene) -> httpx.Response:
    body = scene.body() if callable(scene.body) else scene.body
    headers = {"Idempotency-Key": str(uuid4())}
    if asker.token:
        headers["Authorization"] = f"Bearer {asker.token}"
    path = row.path.partition("#")[0].format_map(scene.path)
    sent = {} if row.method == "GET" else {"json": body}
    return http.request(row.method, f"{PREFIX}{path}", params=scene.query, headers=headers, **sent)


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["code"]) if answer.is_error and answer.content else ""
