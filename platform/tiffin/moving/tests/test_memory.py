"""A process that serves for long is not looked through again and again, and still frees what holds itself."""

from __future__ import annotations

import gc
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from weakref import ref

import pytest

from tiffin.memory import YOUNGEST, settle

ROOT = Path(__file__).resolve().parents[4]


# A worker's application in a process of its own: it configures the logs of all.
_WORKER = """
import gc
import config.celery
from celery.signals import worker_ready

(settle,) = (receiver for _, receiver in worker_ready.receivers if receiver.__name__ == "_settle")
settle()
print("settled" if gc.get_freeze_count() else "not settled")
"""


class Ring:
    """Counting alone never frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


def test_what_holds_itself_is_freed_while_new_objects_are_made(as_before: None) -> None:
    settle()
    ring = ref(Ring())

    kept: list[list[int]] = [[] for _ in range(2 * YOUNGEST)]

    assert ring() is None
    assert len(kept) == 2 * YOUNGEST


def test_what_was_loaded_is_not_looked_through_again(as_before: None) -> None:
    loaded = Ring()

    settle()

    assert gc.get_freeze_count() > 0
    assert not any(each is loaded for each in gc.get_objects())


def test_web_servers_settle_when_they_are_loaded(as_before: None) -> None:
    runpy.run_path(str(ROOT / "deploy/gunicorn.py"))["post_worker_init"](None)

    assert gc.get_freeze_count() > 0


def test_workers_settle_when_they_are_ready() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WORKER], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "settled", done.stderr
