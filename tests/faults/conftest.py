"""What the fault suite stands on, and the recovery times it prints at its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.storm import Aftermath, ride_out, stuck
from tiffin.testing.running import Platform

_told: list[str] = []


@pytest.fixture
def survives(platform: Platform, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Aftermath]:
    """Strike while orders are under way: none may be lost or stay unfinished, and every invariant holds."""

    def check(strike: Callable[[], object], *, on: Platform | None = None) -> Aftermath:
        aftermath = ride_out(on or platform, tmp_path, strike)
        _told.append(f"{request.node.name}: {aftermath}")
        wrong = (aftermath.report["lost"], aftermath.report["unfinished"])
        assert wrong == (0, 0), stuck(on or platform, aftermath.report["unfinished_ids"])
        assert aftermath.audit.clean, aftermath.audit.said
        return aftermath

    return check


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Recovery times, whether or not everything went well."""
    if _told:
        terminalreporter.section("recovery")
        for line in _told:
            terminalreporter.write_line(line)
