"""What a region decides about restaurants: rows of its `region.toml`.

vendors.unanswered_before_pause    orders in a row that nobody answers, then the restaurant is paused
vendors.unanswered_pause_minutes   for so long
"""

from __future__ import annotations

from datetime import date, timedelta

from tiffin.regions import Region


def unanswered_before_pause(region: Region, *, on: date) -> int:
    return region.setting("vendors.unanswered_before_pause", int, on=on)


def unanswered_pause(region: Region, *, on: date) -> timedelta:
    return timedelta(minutes=region.setting("vendors.unanswered_pause_minutes", int, on=on))
