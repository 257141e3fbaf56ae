"""The running platform outlives the death of any of its processes."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest

from tiffin.embedded.processes import wait_until
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full]


def ready(platform: Platform) -> dict[str, Any]:
    with urllib.request.urlopen(f"{platform.base_url}/readyz", timeout=5) as answer:
        return dict(json.loads(answer.read()))


@pytest.mark.parametrize("name", ["web", "stream", "worker", "beat", "redis", "origin", "postgres"])
def test_each_process_is_back_within_seconds_of_its_death(platform: Platform, name: str) -> None:
    former = platform.kill(name)
    platform.await_restart(name, former, seconds=30)
    # Without Redis it is ready all the same, but says that it is degraded until Redis answers.
    assert wait_until(lambda: ready(platform)["status"] == "ready", seconds=10)
    assert f"{name} ended (killed by SIGKILL)" in platform.output


def test_each_module_has_its_schema_and_the_demo_is_there(platform: Platform) -> None:
    assert platform.sql("restaurants", "SELECT count(*) >= 40 FROM restaurants_restaurant") == [(True,)]
    assert {login["role"].split()[0] for login in platform.demo["logins"]} == {
        "customer",
        "restaurant",
        "courier",
        "staff",
    }
