"""Every benchmark runs, loses nothing and says what it measured. How fast it was is nobody's test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tiffin.embedded import environment
from tiffin.testing.services import ROOT

# Each starts a platform, on a machine that may be busy with something else.
pytestmark = [pytest.mark.full, pytest.mark.timeout(1200)]

MEMBERS = {
    "name",
    "rate",
    "unit",
    "p50_ms",
    "p95_ms",
    "p99_ms",
    "errors",
    "cpu_ms_per_unit",
    "ceiling_rate",
    "ratio",
}


def run(name: str, *options: str) -> dict[str, Any]:
    """The last line of a benchmark's output, which must be its result; of one round, for nobody reads it."""
    env = environment.without_services(os.environ) | {"TIFFIN_HOME": os.environ["TIFFIN_HOME"]}
    command = [sys.executable, "-m", "bench", name, "--rounds", "1", *options]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert set(told) >= MEMBERS
    assert (told["name"], told["errors"]) == (name, 0), done.stderr
    assert told["rate"] > 0
    return told


@pytest.mark.parametrize("name", ["place_order", "place_use_case", "events"])
def test_what_was_acknowledged_is_there(name: str) -> None:
    told = run(name, "--seconds", "1")

    assert told["lost"] == 0
    if name == "place_order":
        assert told["floor_ratio"] == pytest.approx(told["rate"] / told["floor_rate"], abs=0.01)


def test_every_menu_is_priced_while_orders_are_placed() -> None:
    told = run("quote", "--seconds", "2")

    assert told["menus"] == 40
    assert told["orders_a_second"] > 0


def test_a_few_orders_live_their_whole_life() -> None:
    told = run("lifecycle", "--seconds", "8", "--rate", "2", "--seed", "1")

    assert (told["lost"], told["unfinished"]) == (0, 0)
    assert told["cpu_ms_per_order"] > 0


def test_points_are_posted_and_the_ledger_still_adds_up() -> None:
    told = run("ledger", "--seconds", "1", "--stored", "100_000", "--customers", "40_000")

    assert (told["lost"], told["wrong_balances"], told["audit_findings"]) == (0, 0, 0)
    assert told["stored"] > 100_000
    assert told["single_commands"] == told["single_rate"]
    assert min(told[f"{name}_ratio"] for name in ("one_charity", "one_of_many_charities", "stored")) > 0


def test_every_member_is_renewed_once_and_the_books_agree() -> None:
    told = run("renewals", "--members", "200", "--seconds", "120")

    assert (told["wrong"], told["audit_findings"]) == (0, 0)
    assert len(told["worker_mb"]) == len(told["rates"])


def test_newcomers_who_ask_twice_are_charged_once() -> None:
    told = run("signups", "--seconds", "4")

    assert (told["wrong"], told["audit_findings"]) == (0, 0)
    assert told["members"] > 0
    assert len(told["active_seconds"]) == len(told["rates"])


def test_streams_are_held_and_told_something() -> None:
    told = run("streams", "--streams", "40", "--seconds", "25")

    assert told["rate"] == told["asked"] == 40
    assert told["kilobytes_per_stream"] > 0
    assert told["statuses"] > 0


def test_what_a_member_saves_is_looked_up_among_all_members() -> None:
    assert run("benefits", "--seconds", "1", "--members", "5_000")["p99_ms"] > 0


def test_a_published_call_is_measured_beside_a_plain_one() -> None:
    assert run("interfaces", "--seconds", "1")["microseconds_above_plain"] > 0


def test_options_that_belong_to_another_benchmark_are_refused() -> None:
    command = [sys.executable, "-m", "bench", "events", "--rate", "3"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
