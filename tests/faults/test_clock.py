"""The clock of the machine moves by an hour while orders are under way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.storm import Aftermath
from tiffin.embedded.commands import remove
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
LOOKED_AT_EVERY_SECONDS = 1


@pytest.fixture
def hands(tmp_path: Path) -> Path:
    """A file; what stands in it is added to the machine's time."""
    file = tmp_path / "offset"
    file.write_text("+0")
    return file


@pytest.fixture
def with_a_clock(platform: Platform, hands: Path) -> Iterator[Platform]:
    """A platform of its own whose processes, the database too, go by `hands`."""
    assert LIBRARIES, "libfaketime is not installed; script/test --full does it"
    hands.parent.chmod(0o755)
    timed = Platform(
        platform.home.beside("timed"),
        LD_PRELOAD=str(LIBRARIES[0]),
        FAKETIME_TIMESTAMP_FILE=str(hands),
        FAKETIME_CACHE_DURATION=str(LOOKED_AT_EVERY_SECONDS),
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    try:
        remove(timed.home)
        timed.start()
        yield timed
    finally:
        timed.stop()
        remove(timed.home)


def test_the_clock_moves_an_hour_ahead(
    with_a_clock: Platform, hands: Path, survives: Callable[..., Aftermath]
) -> None:
    def strike() -> None:
        hands.write_text("+1h")
        time.sleep(2 * LOOKED_AT_EVERY_SECONDS)

    survives(strike, on=with_a_clock)
