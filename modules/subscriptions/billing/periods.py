"""Periods of billing: whole days of the member's own zone, counted from the day on which they are anchored.

Each is reckoned from the anchor itself and never from the one before it, so that a month without the anchor's
day shortens its own period alone: 31 January, 28 February, 31 March.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

MONTHS_A_YEAR = 12


class Period(NamedTuple):
    """The days from `begins` until before `ends`."""

    begins: date
    ends: date

    @property
    def days(self) -> int:
        return (self.ends - self.begins).days

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.begins <= day < self.ends

    def left(self, on: date) -> int:
        """How many of its days are not over when `on` begins. Raises ValueError for a day outside of it."""
        if on not in self:
            raise ValueError(f"{on} is none of the days from {self.begins} until before {self.ends}")
        return (self.ends - on).days


class Cycle(NamedTuple):
    """Periods of so many `months`, one after the other; that of number 0 begins on the `anchor`."""

    anchor: date
    months: int

    def period(self, number: int) -> Period:
        return Period(self._begins(number), self._begins(number + 1))

    def number_of(self, day: date) -> int:
        """Of the period in which a day is; negative before the anchor."""
        months = (day.year - self.anchor.year) * MONTHS_A_YEAR + day.month - self.anchor.month
        number = months // self.months
        return number if self._begins(number) <= day else number - 1

    def _begins(self, number: int) -> date:
        year, month = divmod(
            self.anchor.year * MONTHS_A_YEAR + self.anchor.month - 1 + number * self.months, MONTHS_A_YEAR
        )
        last = monthrange(year, month + 1)[1]
        return date(year, month + 1, min(self.anchor.day, last))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there, in UTC. Where clocks skip midnight, it is the moment at which they do; where
    they show it twice, the first time."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
