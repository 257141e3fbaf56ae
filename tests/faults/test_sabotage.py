"""A test of the tests: when orders are lost on purpose, simulate, audit and this suite turn red."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.storm import ride_out
from tiffin.embedded.commands import remove
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

SABOTAGED = "tests.faults.sabotage.settings"


@pytest.fixture
def sabotaged(platform: Platform) -> Iterator[Platform]:
    """A platform of its own that loses one order in twenty."""
    losing = Platform(
        platform.home.beside("sabotaged"), DJANGO_SETTINGS_MODULE=SABOTAGED, TIFFIN_SABOTAGE_ONE_IN="20"
    )
    try:
        remove(losing.home)
        losing.start()
        yield losing
    finally:
        losing.stop()
        remove(losing.home)


def test_lost_orders_turn_simulate_and_audit_red(sabotaged: Platform, tmp_path: Path) -> None:
    aftermath = ride_out(sabotaged, tmp_path, lambda: None, audit_wait=5)
    lost = aftermath.report["lost"]
    assert lost > 0
    assert not aftermath.audit.clean
    for order_id in aftermath.report["lost_ids"]:
        assert order_id in aftermath.audit.said
