"""The clock of the machines that serve moves by an hour while orders are under way; the database's does not.

PostgreSQL is left alone because libfaketime keeps its timers from firing after the jump: deadlocks stay.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.storm import Aftermath
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
LOOKED_AT_EVERY_SECONDS = 1
# Each look at the clock costs twenty times as much: what is asked is the order of things, not how many.
RATE = 1.0


@pytest.fixture
def hands(tmp_path: Path) -> Path:
    """A file; what stands in it is added to the machine's time."""
    file = tmp_path / "offset"
    file.write_text("+0")
    return file


@pytest.fixture
def with_a_clock(hands: Path) -> Iterator[Platform]:
    """A platform of its own whose processes, but for the database, go by `hands`."""
    assert LIBRARIES, "libfaketime is not installed; script/test --faults does it"
    clock = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(hands),
        "FAKETIME_CACHE_DURATION": str(LOOKED_AT_EVERY_SECONDS),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Else 0.9.10 has every thread that waits for the interpreter's lock ask for it without a pause.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        "FAKETIME_SKIP_CMDS": "postgres",
        "PYTHONPATH": str(Path(__file__).with_name("clock")),
    }
    with whole_platform("timed", settings=clock, durable=True) as timed:
        yield timed


def test_the_clock_moves_an_hour_ahead(
    with_a_clock: Platform, hands: Path, survives: Callable[..., Aftermath]
) -> None:
    def strike() -> None:
        hands.write_text("+1h")
        time.sleep(2 * LOOKED_AT_EVERY_SECONDS)

    survives({"clock": strike}, on=with_a_clock, rate=RATE)
