"""A module's whole group, with its database server, is gone for a while."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from tiffin.testing.running import Platform

PROCESSES = ("web", "worker", "beat", "postgres")


@contextmanager
def without(platform: Platform, module: str) -> Iterator[None]:
    """Within the block none of its processes runs; whoever would start them again is held up meanwhile."""
    os.kill(platform.pid, signal.SIGSTOP)
    try:
        names = [f"{module}-{each}" for each in PROCESSES]
        # Those that answer would go on for some seconds after whoever started them.
        children = [psutil.Process(pid) for name in names for pid in platform.children(name)]
        former = {name: platform.kill(name) for name in names}
        for child in children:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        yield
    finally:
        os.kill(platform.pid, signal.SIGCONT)
    for name, pid in former.items():
        platform.await_restart(name, pid, seconds=90)
