"""The supervisor brings everything up, keeps it up, and lets nothing behind, whatever happens to it."""

from __future__ import annotations

import os
import signal
import time
import urllib.request

import pytest

from tiffin.embedded.processes import wait_until
from tiffin.embedded.tests.house import House

EVERYTHING = {"postgres", "redis", "web", "stream", "worker", "beat", "origin"}


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())


def test_it_starts_everything_behind_one_origin_and_ends_everything_on_ctrl_c(house: House) -> None:
    supervisor = house.up()
    processes = house.processes()
    assert set(processes) == EVERYTHING
    assert get(f"{house.url}/abc").split()[2:] == ["/abc", house.url.removeprefix("http://"), "all"]

    supervisor.send_signal(signal.SIGINT)
    said, _ = supervisor.communicate(timeout=60)

    assert supervisor.returncode == 0
    assert "Tiffin runs at" in said
    assert not [name for name, one in processes.items() if one.alive]


@pytest.mark.full
def test_a_background_job_under_nohup_outlives_its_terminal_and_ends_on_sigint(house: House) -> None:
    supervisor = house.up(deaf_to="INT HUP")
    processes = house.processes()
    supervisor.send_signal(signal.SIGHUP)
    assert not wait_until(lambda: supervisor.poll() is not None, seconds=1)

    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=60)

    assert supervisor.returncode == 0
    assert not [name for name, one in processes.items() if one.alive]


@pytest.mark.full
def test_live_streams_pass_the_origin_event_by_event(house: House) -> None:
    house.up()
    began = time.monotonic()
    with urllib.request.urlopen(f"{house.url}/api/v1/orders/1/stream", timeout=5) as answer:
        lines = [answer.readline() for _ in range(3)]
    assert lines == [b"data: 0\n", b"\n", b"data: 1\n"]
    assert time.monotonic() - began < 1


@pytest.mark.full
def test_what_dies_is_started_again(house: House) -> None:
    house.up()
    web = house.processes()["web"]
    os.kill(web.pid, signal.SIGKILL)

    assert wait_until(lambda: house.processes().get("web", web) != web, seconds=15)
    assert wait_until(lambda: web_answers(house), seconds=15)


def web_answers(house: House) -> bool:
    try:
        return get(house.url).startswith("web")
    except OSError:
        return False


def test_a_supervisor_killed_at_once_leaves_nothing_that_the_next_start_minds(house: House) -> None:
    first = house.up()
    before = house.processes()
    first.kill()
    first.wait()

    second = house.up()

    assert house.state(second) == "ready"
    assert not [name for name, one in before.items() if one.alive]
    assert get(house.url).startswith("web")


@pytest.mark.full
def test_down_ends_what_up_has_started(house: House) -> None:
    supervisor = house.up()
    processes = house.processes()

    down = house.run("down")

    assert (down.returncode, down.stdout) == (0, "Tiffin stops …\nStopped.\n")
    assert supervisor.wait(10) == 0
    assert not [name for name, one in processes.items() if one.alive]
    assert house.run("down").stdout == "Tiffin is not running.\n"


@pytest.mark.full
def test_a_second_start_says_that_the_first_still_runs(house: House) -> None:
    house.up()
    second = house.run("up", "--port", "0")
    assert second.returncode == 1
    assert second.stderr == f"Tiffin is already running in {house.home.path}; script/down stops it.\n"
    assert set(house.alive()) == EVERYTHING


@pytest.mark.full
def test_a_step_that_fails_is_told_in_one_sentence_and_everything_is_ended(house: House) -> None:
    failed = house.run("up", "--port", "0", HOUSE_FAILS_AT="upgrade")
    assert failed.returncode == 1
    assert failed.stderr == (
        f"upgrade failed: the roof is missing (see {house.home.logs / 'upgrade.log'}).\n"
    )
    assert not house.alive()


@pytest.mark.full
@pytest.mark.parametrize(("ends", "code"), [("0", 0), ("3", 1)])
def test_check_ends_as_the_journey_does_and_leaves_no_data(house: House, ends: str, code: int) -> None:
    checked = house.run("up", "--check", JOURNEY_ENDS=ends)
    assert checked.returncode == code, checked.stdout + checked.stderr
    left = [path.name for path in house.home.path.iterdir()] if house.home.path.exists() else []
    assert left == ([] if code == 0 else ["check-log"])


@pytest.mark.full
def test_reset_starts_over_and_touches_only_its_own(house: House) -> None:
    house.up()
    house.run("down")
    secret = (house.home.secrets / "secret-key").read_text()
    ours = house.home / "notes"
    ours.write_text("keep me")

    house.up("--reset")

    assert (house.home.secrets / "secret-key").read_text() != secret
    assert ours.read_text() == "keep me"
