"""When a restaurant may be advertised: while it is open and takes orders."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

ALWAYS = "24/7"
# What opens later than this is asked for again then.
_HORIZON_DAYS = 30


def next_open(opening_hours: str, time_zone: str, now: float) -> tuple[float, float]:
    """From when to when it is open next (seconds since 1970), or is now; (inf, inf): not within a month."""
    hours = _parsed(opening_hours, time_zone)
    at = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(time_zone))
    opens = now
    if not hours.is_open(at):
        change = hours.next_change(at)
        if change is None:
            return inf, inf
        at, opens = change, change.timestamp()
    closes = hours.next_change(at)
    return opens, inf if closes is None else closes.timestamp()


def is_served(hours: tuple[str, ...], time_zone: str, now: float) -> bool:
    """Whether one of these opening_hours is open (no hours: always); to the minute."""
    return not hours or any(_is_open(each, time_zone, int(now // 60)) for each in hours)


@lru_cache(maxsize=16_384)
def _is_open(hours: str, time_zone: str, minute: int) -> bool:
    at = datetime.fromtimestamp(60 * minute, UTC).astimezone(ZoneInfo(time_zone))
    return bool(_parsed(hours, time_zone).is_open(at))


@lru_cache(maxsize=4096)
def _parsed(opening_hours: str, time_zone: str) -> OpeningHours:
    return OpeningHours(opening_hours, timezone=ZoneInfo(time_zone), max_interval_days=_HORIZON_DAYS)
