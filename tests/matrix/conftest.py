"""The running platform's people and places for the matrix, made once."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest

from tests.acceptance.people import Place
from tests.matrix.cast import Cast
from tests.matrix.stage import Stage
from tiffin.testing.running import Platform
from tiffin.testing.services import ROOT


@pytest.fixture(scope="session")
def cast(platform: Platform) -> Cast:
    program = [sys.executable, "-m", "tests.matrix.world"]
    run = subprocess.run(
        program, cwd=ROOT, env=platform.environment(), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    made = json.loads(run.stdout)
    return Cast(platform, {slug: _place(platform, made[slug]) for slug in made}, made)


@pytest.fixture(scope="session")
def stage(cast: Cast) -> Stage:
    return Stage(cast)


def _place(platform: Platform, made: dict) -> Place:
    menu = httpx.get(f"{platform.base_url}/api/v1/restaurants/{made['id']}/menu").json()
    platform.await_rows("orders", "SELECT 1 FROM orders_knownrestaurant WHERE id = %s", [made["id"]])
    return Place(made, menu)
