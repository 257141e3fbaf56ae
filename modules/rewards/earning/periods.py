"""When one qualifies for a tier, and until when one has it: moments at which a day begins in the region."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta

from modules.rewards.policies import Qualifying
from tiffin.regions import Region


def window(region: Region, rule: Qualifying, at: datetime) -> tuple[datetime, datetime]:
    """From when to before when points count for a tier at `at`: the calendar's period in which that is, or
    the months up to it."""
    if rule.rolling:
        return add_months(region, at, -rule.months), at
    begin = _begin(rule, region.local(at).date())
    return _midnight(region, begin), _midnight(region, _later(begin, rule.months))


def first_end(region: Region, rule: Qualifying, at: datetime) -> datetime:
    """Until when one has a tier reached at `at`: the end of the period after that, or so many months from the
    end of the day."""
    if rule.rolling:
        return end_of_day(region, at, months=rule.months)
    begin = _begin(rule, region.local(at).date())
    return _midnight(region, _later(begin, 2 * rule.months))


def next_end(region: Region, rule: Qualifying, until: datetime) -> datetime:
    """Until when one has it who has it until then and keeps it."""
    return add_months(region, until, rule.months)


def day_of(region: Region, day: date) -> tuple[datetime, datetime]:
    """From when to before when it is that day in the region."""
    return _midnight(region, day), _midnight(region, day + timedelta(days=1))


def end_of_day(region: Region, at: datetime, *, months: int) -> datetime:
    """The moment at which the local day of `at` is over, so many months later."""
    return _midnight(region, _later(region.local(at).date(), months) + timedelta(days=1))


def add_months(region: Region, at: datetime, months: int) -> datetime:
    """The same time of a day so many months later, or of the last day of a month that is too short."""
    local = region.local(at)
    moved = datetime.combine(_later(local.date(), months), local.time(), tzinfo=region.time_zone)
    return moved.astimezone(at.tzinfo)


def _begin(rule: Qualifying, day: date) -> date:
    return date(day.year, (day.month - 1) // rule.months * rule.months + 1, 1)


def _later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _midnight(region: Region, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=region.time_zone)
