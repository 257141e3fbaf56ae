"""Money over a day: several processes, late clicks, late settling."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bench.ad_day import Terms, play
from bench.ad_town import POUND

DAY = datetime(2026, 3, 4, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("database")
def test_budgets_hold_and_last_over_the_day() -> None:
    """Campaigns that could spend their money several times over, as fast as it goes or evenly."""
    terms = [
        *(Terms(10 * POUND, "even", rate) for rate in (0.08, 0.12)),
        *(Terms(10 * POUND, "asap", rate) for rate in (0.06, 0.12)),
    ]
    day = play(DAY, terms, pages=4_500)
    assert day.billed_over <= 0
    assert day.overshoot <= 0.01
    assert day.pacing_error <= 0.03
