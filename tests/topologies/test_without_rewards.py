"""Rewards is gone, with its database: orders without points are placed and delivered as ever."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.storm import Storm, audit
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(420)]

GROUP = ("rewards-web", "rewards-worker", "rewards-beat", "rewards-postgres")
PATIENCE_SECONDS = 120.0


@pytest.fixture(scope="module")
def apart() -> Iterator[Platform]:
    """A platform whose rewards run elsewhere, on a database server of their own."""
    with whole_platform("points-apart", ("--elsewhere", "rewards")) as running:
        yield running


@contextmanager
def without_rewards(platform: Platform) -> Iterator[None]:
    """Within the block none of its processes runs; whoever would start them again is held up meanwhile."""
    os.kill(platform.pid, signal.SIGSTOP)
    try:
        former = {name: platform.kill(name) for name in GROUP}
        yield
    finally:
        os.kill(platform.pid, signal.SIGCONT)
    for name, pid in former.items():
        platform.await_restart(name, pid, seconds=90)


def test_orders_are_placed_and_delivered_while_rewards_is_gone(apart: Platform, tmp_path: Path) -> None:
    with without_rewards(apart):
        storm = Storm(apart, tmp_path, PATIENCE_SECONDS)
        try:
            report, ended = storm.end()
        finally:
            storm.stop()
        with pytest.raises(httpx.TransportError):
            httpx.get(apart.environment("orders")["TIFFIN_ELSEWHERE"].removeprefix("rewards=") + "/readyz")

    assert (report["lost"], report["unfinished"], report["errors"], ended) == (0, 0, 0, 0)
    assert report["delivered"] > report["acknowledged"] / 2
    found = audit(apart, storm.kept, wait=60)
    assert found.clean, found.said
