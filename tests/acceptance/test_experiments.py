"""Staff decide something about a flag, wherever experiments runs, and every process knows it within five
seconds."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx
import pytest

from tests.acceptance import asking
from tests.acceptance.people import until
from tests.acceptance.staff import log_in
from tiffin.testing.running import Platform

pytestmark = pytest.mark.platform

LIVE_WITHIN_SECONDS = 5.0
# Each asks over a connection of its own, so that all of the processes that answer are asked.
BROWSERS = 40
_ID = re.compile(r"/admin/experiments/\w+/([0-9a-f-]{36})/change/")
_LOOK = "SELECT variation, count(*) FROM experiments_exposure WHERE experiment = %s GROUP BY 1"


@pytest.fixture
def desk(platform: Platform) -> Iterator[httpx.Client]:
    with asking.client(platform.base_url, follow_redirects=True) as staff:
        log_in(staff, platform)
        yield staff


def test_from_a_flag_to_everybody(platform: Platform, desk: httpx.Client) -> None:
    flag, key = f"shop.f{uuid4().hex[:8]}", f"trial_{uuid4().hex[:8]}"
    colour = {"key": flag, "kind_name": "text", "value": '"plain"', "says": "", "is_public": "on"}
    with live_within(LIVE_WITHIN_SECONDS, lambda: values(platform, flag) == {"plain"}):
        added = post(desk, "/admin/experiments/flag/add/", colour)
    flag_id = id_of(desk, "flag", flag)
    assert added.is_success

    post(desk, "/admin/experiments/experiment/add/", {**TERMS, "key": key, "flag": flag_id})
    trial = id_of(desk, "experiment", key)
    with live_within(LIVE_WITHIN_SECONDS, lambda: values(platform, flag) == {"red", "green"}):
        act(desk, "experiment", "start", trial)

    told = [tell(platform, flag) for _ in range(20)]
    assert sum(told) == 20
    counted = dict(until(lambda: platform.sql("experiments", _LOOK, [key]), bool))
    assert sum(counted.values()) == 20

    with live_within(LIVE_WITHIN_SECONDS, lambda: values(platform, flag) == {"green"}):
        act(desk, "experiment", "release", trial, note="new")
    with live_within(LIVE_WITHIN_SECONDS, lambda: values(platform, flag) == {"plain"}):
        act(desk, "flag", "switch_off", flag_id)
    assert "Who takes part" in desk.get(f"/admin/experiments/experiment/{trial}/analysis/").text


TERMS = {
    "name": "Colours",
    "variations": 'control | 50 | "red" | As it was\nnew | 50 | "green" | Brighter',
    "unit_name": "device",
    "share": "100",
    "condition": "{}",
    "from_place": "0",
    "to_place": "10000",
    "metric": "ad_clicks",
    "tolerance": "0",
}


@contextmanager
def live_within(seconds: float, holds: Callable[[], bool]) -> Iterator[None]:
    """What is decided inside is known to whoever asks after so long, and stays so. Asking everybody takes a
    while itself: it counts when that began."""
    yield
    began = time.monotonic()
    while True:
        asked = time.monotonic() - began
        if holds():
            break
        assert asked < seconds, f"not live everywhere after {asked:.1f} s"
        time.sleep(0.1)
    assert holds()


def values(platform: Platform, flag: str) -> set[str]:
    """What many browsers are given."""
    return {ask(platform, flag).get("value", "") for _ in range(BROWSERS)}


def ask(platform: Platform, flag: str) -> dict[str, object]:
    body = {"region": "gb", "device_id": str(uuid4())}
    with asking.client(platform.base_url) as browser:
        answer = browser.post("/api/v1/experiments/flags", json=body)
    found: dict[str, object] = answer.json()["flags"].get(flag, {})
    return found


def tell(platform: Platform, flag: str) -> int:
    """A browser takes part, and tells it twice."""
    body = {"tokens": ask(platform, flag)["exposures"]}
    with asking.client(platform.base_url) as browser:
        first, again = (
            browser.post("/api/v1/experiments/exposures", json=body).json()["counted"] for _ in range(2)
        )
    assert again == 0
    return int(first)


def post(desk: httpx.Client, path: str, form: dict[str, str]) -> httpx.Response:
    token = desk.cookies["csrftoken"]
    return desk.post(
        path, data={**form, "csrfmiddlewaretoken": token}, headers={"Referer": str(desk.base_url)}
    )


def act(desk: httpx.Client, model: str, action: str, row: str, **more: str) -> None:
    form = {"action": action, "_selected_action": row, **more}
    assert post(desk, f"/admin/experiments/{model}/", form).is_success


def id_of(desk: httpx.Client, model: str, key: str) -> str:
    found = _ID.search(desk.get(f"/admin/experiments/{model}/", params={"q": key}).text)
    assert found, f"there is no {model} {key}"
    return found[1]
