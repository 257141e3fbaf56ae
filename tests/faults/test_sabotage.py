"""A test of the tests: when orders are lost on purpose, simulate, audit and this suite turn red."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.storm import require_unharmed, ride_out
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

SABOTAGED = "tests.faults.sabotage.settings"


@pytest.fixture
def sabotaged() -> Iterator[Platform]:
    """A platform of its own that loses one order in a thousand."""
    with whole_platform("sabotaged", settings={"DJANGO_SETTINGS_MODULE": SABOTAGED}) as losing:
        yield losing


def test_one_lost_order_in_a_thousand_turns_everything_red(sabotaged: Platform, tmp_path: Path) -> None:
    aftermath = ride_out(sabotaged, tmp_path, {"nothing": lambda: None}, patience_seconds=20, audit_wait=5)
    lost = aftermath.report["lost_ids"]
    assert lost, aftermath
    assert aftermath.simulate_ended != 0
    assert not aftermath.audit.clean
    assert [order_id for order_id in lost if order_id not in aftermath.audit.said] == []
    with pytest.raises(AssertionError):
        require_unharmed(sabotaged, aftermath)
