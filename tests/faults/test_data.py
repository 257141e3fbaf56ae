"""What keeps the data stops, is emptied, or has no room left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.faults.storm import Aftermath
from tiffin.embedded.commands import remove
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

Survives = Callable[..., Aftermath]
DISK_MB = 400
FULL_SECONDS = 8


def test_redis_and_postgresql_stop_and_start_again(platform: Platform, survives: Survives) -> None:
    # SIGQUIT is PostgreSQL's immediate shutdown: nothing is written down, the next start recovers.
    strikes = {
        "Redis is emptied": platform.empty_redis,
        "Redis is killed": lambda: platform.await_restart("redis", platform.kill("redis")),
        "PostgreSQL": lambda: platform.await_restart("postgres", platform.kill("postgres", signal.SIGQUIT)),
    }
    survives(strikes)


@pytest.fixture
def cramped(platform: Platform) -> Iterator[Platform]:
    """A platform of its own whose database stands on a small disk."""
    small = Platform(platform.home.beside("cramped"), durable=True)
    disk = small.home / "postgres"
    remove(small.home)
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", disk], check=True)
    try:
        small.start()
        yield small
    finally:
        small.stop()
        subprocess.run(["umount", disk], check=True)
        remove(small.home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a disk to fill")
def test_the_disk_of_the_log_is_full(cramped: Platform, survives: Survives) -> None:
    filler = cramped.home / "postgres" / "filler"

    def strike() -> None:
        # Unbuffered: what did not fit would be written once more, and refused, when the file is closed.
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 65_536)
        time.sleep(FULL_SECONDS)
        filler.unlink()

    survives({"disk": strike}, on=cramped)
