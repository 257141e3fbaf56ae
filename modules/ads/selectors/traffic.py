"""When people come: how a day's money is spread over its hours."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.db.models.functions import ExtractHour

from modules.ads.models import Fill
from tiffin import clock
from tiffin.regions import Region

# Share of a day's orders by local hour, in hundredths of a percent: computed from 10,588 orders of a public
# delivery sample. Used until a region has figures of its own.
_ASSUMED = (
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    23,
    126,
    180,
    268,
    679,
    792,
    578,
    422,
    407,
    659,
    1385,
    1823,
    1386,
    798,
    383,
    90,
    0,
)
# No hour is so quiet that nothing may be spent in it, in the same unit.
_LEAST = 2
_LOOKED_BACK = timedelta(days=28)
_ENOUGH = 10_000
_FRESH_SECONDS = 600


class Curve(NamedTuple):
    """How many come in each hour of the day, in any unit."""

    hours: tuple[int, ...]

    def share(self, money: int, begin: datetime, end: datetime, now: datetime) -> int:
        """What of `money` is for the time until `now`, of what is for the time from `begin` to `end`; all
        three local, of one day. Rounded up, so that all is released in the end."""
        whole = self._weight(begin, end)
        if whole <= 0 or now >= end:
            return money
        return -(-money * self._weight(begin, now) // whole) if now > begin else 0

    def _weight(self, begin: datetime, end: datetime) -> int:
        """Visits times seconds between two moments."""
        weight, at = 0, begin
        while at < end:
            next_hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            until = min(next_hour, end)
            weight += self.hours[at.hour] * int((until - at).total_seconds() * 1000)
            at = until
        return weight


def curve_of(region: Region) -> Curve:
    """By what was asked for in the last weeks; as long as that is little, by what is usual."""
    return _curve(region.code, region.time_zone.key, int(time.monotonic() // _FRESH_SECONDS))


@lru_cache(maxsize=256)
def _curve(code: str, zone: str, generation: int) -> Curve:
    rows = Fill.objects.filter(region=code, hour__gte=clock.now() - _LOOKED_BACK)
    by_hour = rows.annotate(of_day=ExtractHour("hour", tzinfo=ZoneInfo(zone))).values("of_day")
    found = dict(by_hour.annotate(asked=Sum("requests")).values_list("of_day", "asked"))
    whole = sum(found.values())
    if whole < _ENOUGH:
        return Curve(tuple(max(share, _LEAST) for share in _ASSUMED))
    least = max(whole * _LEAST // sum(_ASSUMED), 1)
    return Curve(tuple(max(found.get(hour, 0), least) for hour in range(24)))
