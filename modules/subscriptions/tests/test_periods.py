"""Which days a member pays for: every one of them, and none twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.subscriptions.billing import Cycle, Period, Schedule, midnight
from modules.subscriptions.interface import Phase, PhaseKind
from tiffin.money import Money

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
LEAP_YEAR = [date(2024, 1, 1) + timedelta(days=number) for number in range(366)]
FREE, HALF, FULL = (Money(amount=amount, currency="GBP") for amount in (0, 250, 499))
EVERGREEN = Phase(kind=PhaseKind.EVERGREEN, price=FULL)


def test_a_month_without_the_anchors_day_shortens_its_own_period_alone() -> None:
    cycle = Cycle(date(2025, 1, 31), months=1)
    assert [cycle.period(number).begins.isoformat() for number in range(5)] == [
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
        "2025-04-30",
        "2025-05-31",
    ]


def test_a_year_that_began_on_29_february_begins_on_the_28th_until_there_is_one_again() -> None:
    cycle = Cycle(date(2024, 2, 29), months=12)
    begins = [cycle.period(number).begins for number in range(5)]
    assert [(day.year, day.day) for day in begins] == [
        (2024, 29),
        (2025, 28),
        (2026, 28),
        (2027, 28),
        (2028, 29),
    ]


@pytest.mark.parametrize("months", [1, 3, 12])
def test_from_each_anchor_every_day_of_three_years_is_in_one_period(months: int) -> None:
    for anchor in LEAP_YEAR:
        cycle = Cycle(anchor, months)
        end, number, day = anchor + timedelta(days=3 * 366), 0, anchor
        while day < end:
            period = cycle.period(number)
            assert period.begins == day, f"anchored on {anchor}: {day} is missed, or billed twice"
            assert period.days > 0
            day, number = period.ends, number + 1


@given(DAYS, st.sampled_from([1, 3, 12]), DAYS)
def test_the_period_of_a_day_has_it(anchor: date, months: int, day: date) -> None:
    cycle = Cycle(anchor, months)
    assert day in cycle.period(cycle.number_of(day))


@pytest.mark.parametrize("zone", sorted(available_timezones()))
def test_days_follow_each_other_in_every_zone(zone: str) -> None:
    """Also where clocks skip midnight, or a whole day: what one day ends is what the next begins."""
    here = ZoneInfo(zone)
    moments = [midnight(date(2024, 1, 1) + timedelta(days=number), here) for number in range(3 * 366)]
    assert all(before < after for before, after in pairwise(moments))


def test_midnight_that_clocks_skip_is_the_moment_at_which_they_do() -> None:
    """Havana went from 0:00 to 1:00 on 10 March 2024 (IANA time zone database: northamerica, Cuba)."""
    assert midnight(date(2024, 3, 10), ZoneInfo("America/Havana")) == datetime(2024, 3, 10, 5, tzinfo=UTC)


def test_a_trial_comes_first_and_the_introduction_ends() -> None:
    phases = (
        Phase(kind=PhaseKind.TRIAL, price=FREE, days=14),
        Phase(kind=PhaseKind.DISCOUNT, price=HALF, periods=2),
        EVERGREEN,
    )
    schedule = Schedule(date(2025, 1, 17), 1, phases)
    found, day = [], schedule.started
    for _ in range(5):
        billed = schedule.billed(day)
        found.append((billed.period.begins.isoformat(), billed.kind, billed.price))
        day = billed.period.ends
    assert found == [
        ("2025-01-17", PhaseKind.TRIAL, FREE),
        ("2025-01-31", PhaseKind.DISCOUNT, HALF),
        ("2025-02-28", PhaseKind.DISCOUNT, HALF),
        ("2025-03-31", PhaseKind.EVERGREEN, FULL),
        ("2025-04-30", PhaseKind.EVERGREEN, FULL),
    ]


@given(DAYS, st.integers(0, 60), st.integers(0, 12), st.integers(0, 1200))
def test_a_day_costs_what_its_phase_does(started: date, trial: int, introduced: int, later: int) -> None:
    phases = [EVERGREEN]
    if introduced:
        phases.insert(0, Phase(kind=PhaseKind.DISCOUNT, price=HALF, periods=introduced))
    if trial:
        phases.insert(0, Phase(kind=PhaseKind.TRIAL, price=FREE, days=trial))
    schedule, day = Schedule(started, 1, tuple(phases)), started + timedelta(days=later)
    billed = schedule.billed(day)
    assert day in billed.period
    assert (billed.kind is PhaseKind.TRIAL) == (later < trial)
    if billed.kind is not PhaseKind.TRIAL:
        number = schedule.cycle.number_of(day)
        assert billed == schedule.paid(number)
        assert billed.price == (HALF if number < introduced else FULL)


def test_no_day_before_the_membership_is_billed() -> None:
    schedule = Schedule(date(2025, 1, 17), 1, (EVERGREEN,))
    with pytest.raises(ValueError, match="before the membership"):
        schedule.billed(date(2025, 1, 16))


def test_a_day_outside_of_a_period_has_nothing_left_of_it() -> None:
    period = Period(date(2025, 5, 1), date(2025, 6, 1))
    assert period.left(date(2025, 5, 31)) == 1
    with pytest.raises(ValueError, match="none of the days"):
        period.left(date(2025, 6, 1))
