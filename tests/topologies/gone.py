"""A module's whole group, with its database server, is gone for a while."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tiffin.testing.running import Platform

PROCESSES = ("web", "worker", "beat", "postgres")


@contextmanager
def without(platform: Platform, module: str) -> Iterator[None]:
    """Within the block none of its processes runs; whoever would start them again is held up meanwhile."""
    os.kill(platform.pid, signal.SIGSTOP)
    try:
        former = {name: platform.kill(name) for name in (f"{module}-{each}" for each in PROCESSES)}
        yield
    finally:
        os.kill(platform.pid, signal.SIGCONT)
    for name, pid in former.items():
        platform.await_restart(name, pid, seconds=90)
