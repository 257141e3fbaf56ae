"""Whether a restaurant is open: OpenStreetMap opening_hours, read in the region's time zone."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, validate

from tiffin.dto import DTO

# What is further away than this is "never" to somebody who is hungry; it also bounds the search.
HORIZON_DAYS = 366


class Standing(DTO):
    """`opens_at` when closed, `closes_at` when open; None: not within a year."""

    is_open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def standing(opening_hours: str, time_zone: str, *, paused_until: datetime | None, at: datetime) -> Standing:
    """How it stands at `at` (aware). During a pause it is closed until the first open moment after it."""
    if paused_until is not None and paused_until > at:
        after = standing(opening_hours, time_zone, paused_until=None, at=paused_until)
        return Standing(is_open=False, opens_at=paused_until if after.is_open else after.opens_at)
    hours = _parsed(opening_hours, time_zone)
    local = at.astimezone(ZoneInfo(time_zone))
    change = hours.next_change(local)
    if hours.is_open(local):
        return Standing(is_open=True, closes_at=change)
    return Standing(is_open=False, opens_at=change)


def problem_with(opening_hours: str) -> str | None:
    """Why this is no opening_hours string, or None."""
    if validate(opening_hours):
        return None
    return f"“{opening_hours}” is no OpenStreetMap opening_hours string; write “Mo-Sa 11:00-23:00; PH off”"


@lru_cache(maxsize=4096)
def _parsed(opening_hours: str, time_zone: str) -> OpeningHours:
    return OpeningHours(opening_hours, timezone=ZoneInfo(time_zone), max_interval_days=HORIZON_DAYS)
