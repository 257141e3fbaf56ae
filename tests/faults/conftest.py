"""What the fault suite stands on, and the recovery times it prints at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.storm import RATE, Aftermath, require_unharmed, ride_out
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

_told: list[str] = []


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    """What is acknowledged here is on disk: the database itself is killed."""
    with whole_platform("struck", durable=True) as running:
        yield running


@pytest.fixture
def survives(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Aftermath]:
    """Strike, one after the other, while orders are under way, `rate` a second: none may be lost or stay
    unfinished, and every invariant holds. The platform of all tests is started for those that are `on` no
    other."""

    def check(
        strikes: Mapping[str, Callable[[], object]], *, on: Platform | None = None, rate: float = RATE
    ) -> Aftermath:
        struck = on or request.getfixturevalue("platform")
        aftermath = ride_out(struck, tmp_path, strikes, rate=rate)
        _told.append(f"{request.node.name}: {aftermath}")
        require_unharmed(struck, aftermath)
        return aftermath

    return check


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Recovery times, whether or not everything went well."""
    if _told:
        terminalreporter.section("recovery")
        for line in _told:
            terminalreporter.write_line(line)
