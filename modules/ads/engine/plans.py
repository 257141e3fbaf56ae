"""How much of a campaign's money is for a day, and how much of that until an hour of it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from modules.ads.interface import Pacing


class Terms(NamedTuple):
    """What of a campaign its plan is made of; amounts are micros."""

    budget: int
    daily_cap: int | None
    pacing: Pacing
    starts_at: datetime
    ends_at: datetime


def allotted(terms: Terms, spent_before: int, day: date, zone: ZoneInfo) -> int:
    """What of its money is for this day, before which so much was spent: no more than the cap, and of what is
    left of the budget the part that falls on it, where it is to last."""
    left = max(terms.budget - spent_before, 0)
    if terms.pacing is Pacing.EVEN and terms.daily_cap is None:
        last = (terms.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
        left = -(-left // max((last - day).days + 1, 1))
    return left if terms.daily_cap is None else min(left, terms.daily_cap)


def window(terms: Terms, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When it runs on that day, on the region's clocks."""
    begin = max(terms.starts_at.astimezone(zone), midnight(day, zone))
    return begin, min(terms.ends_at.astimezone(zone), midnight(day + timedelta(days=1), zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
