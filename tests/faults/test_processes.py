"""Any process may be killed at any moment, and all of them at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psutil
import pytest

from tests.faults.storm import Aftermath
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(420)]

Survives = Callable[..., Aftermath]


@pytest.mark.parametrize("name", ["worker", "beat", "web", "stream"])
def test_a_process_is_killed(platform: Platform, survives: Survives, name: str) -> None:
    survives(lambda: platform.await_restart(name, platform.kill(name)))


def test_everything_is_killed_at_once(platform: Platform, survives: Survives) -> None:
    def strike() -> None:
        port = platform.base_url.rpartition(":")[2]
        supervisor = psutil.Process(platform.pid)
        for process in [supervisor, *supervisor.children(recursive=True)]:
            os.kill(process.pid, signal.SIGKILL)
        platform.start_again(port)

    survives(strike)
