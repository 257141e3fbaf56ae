"""Everything outside the API's document with every kind of actor, as `pages.txt` says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.matrix import table
from tests.matrix.asking import code_of, difference
from tests.matrix.cast import Asker, Cast, as_browser
from tests.matrix.counter_scenes import SCENES
from tests.matrix.stage import Scene, Stage
from tests.matrix.table import Row

pytestmark = pytest.mark.platform
ROWS = table.read("pages.txt")
API = {f"/api/v1{row.path.partition('#')[0]}" for row in table.read("api.txt")}
COOKIES = ("tiffin_access", "tiffin_kitchen", "tiffin_courier", "tiffin_staff")
SIGNED = {
    "/internal/v1/{what}",
    "/unsubscribe/{token}",
}  # not by cookies, so that no other site can make a browser send it
# Where those are sent who have not logged in.
INWARD = ("/login", "/restaurant/login", "/courier/login", "/admin/login/", "/admin/")
# The pages of each module and model are in staff.txt.
OF_STAFF = re.compile(r"/admin/([\w-]+/[\w-]+/|\{app_label\}/$)")


def _addresses(patterns: list[Any], before: str = "/") -> Iterator[str]:
    """What answers anywhere, as the tables write it: `/orders/{order_id}/`."""
    for pattern in patterns:
        here = before + re.sub(r"\^?\(\?P<(\w+)>[^)]*\)\$?|<(?:\w+:)?(\w+)>", r"{\1\2}", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern):
            yield here.removesuffix("$")


def test_everything_that_answers_has_a_row_and_every_row_an_address() -> None:
    answering = {path for path in _addresses(get_resolver().url_patterns) if not OF_STAFF.match(path)} - API
    rows = {row.path for row in ROWS}
    assert sorted(answering - rows) == [], "addresses without a row in pages.txt"
    assert sorted(rows - answering) == [], "rows of pages.txt at which nothing answers"


def test_every_row_has_a_scene_and_every_scene_a_row() -> None:
    assert sorted(row.name for row in ROWS) == sorted(SCENES)


@pytest.fixture(scope="module")
def http(cast: Cast) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=cast.platform.base_url, timeout=30) as client:
        yield client


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row(row: Row, stage: Stage, http: httpx.Client) -> None:
    wrong = difference(row, SCENES[row.name](stage), stage, partial(ask, http))
    assert not wrong, wrong


def ask(http: httpx.Client, row: Row, asker: Asker, scene: Scene) -> httpx.Response:
    """As a browser that holds the token wherever one is looked for; a form is protected as ours are."""
    headers = as_browser(dict.fromkeys(COOKIES, asker.token) if asker.token else {})
    if asker.token:
        headers["Authorization"] = f"Bearer {asker.token}"
    path = row.path.format_map(scene.path)
    if row.method == "GET":
        return http.get(path, headers=headers, params=scene.query)
    body = scene.body() if callable(scene.body) else scene.body
    files = scene.files or None
    return http.request(row.method, path, headers=headers, data=body, files=files)


@pytest.mark.parametrize("path", sorted({row.path for row in ROWS}))
def test_a_method_without_a_row_is_refused(path: str, cast: Cast, http: httpx.Client) -> None:
    """Nothing answers to a method that no row names: 405, or what this path says to anybody unknown."""
    written = {row.method for row in ROWS if row.path == path}
    somewhere = re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", path)
    answered = {
        method: f"{answer.status_code} {code_of(answer)}".strip()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if method not in written
        for row in [Row(method, somewhere, {})]
        if (answer := ask(http, row, Asker("anonymous"), Scene())).status_code not in (405, 404)
        and not (answer.status_code == 302 and answer.headers["Location"].partition("?")[0] in INWARD)
    }
    assert answered == {}, f"{path} answers to methods without a row"


@pytest.mark.parametrize("path", sorted({row.path for row in ROWS if row.method == "POST"} - SIGNED))
def test_a_form_from_elsewhere_is_refused(path: str, stage: Stage, http: httpx.Client) -> None:
    """Without the secret that only our own pages know (CSRF), nobody's cookies write anything."""
    somewhere = re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", path)
    wrong = {}
    for column, askers in stage.cast.everybody().items():
        headers = {"Cookie": "; ".join(f"{name}={askers[0].token}" for name in COOKIES)}
        answer = http.post(somewhere, headers=headers, data={"email": "x"})
        if (answer.status_code, code_of(answer)) != (403, "csrf_failed"):
            wrong[column] = answer.status_code
    assert wrong == {}, f"{path} takes forms of other sites"
