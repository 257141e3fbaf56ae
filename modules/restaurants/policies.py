"""What a region decides about restaurants: rows of its `region.toml`.

vendors.unanswered_before_pause    orders in a row that nobody answers, then the restaurant is paused
vendors.unanswered_pause_minutes   for so long
vendors.log_days                   how long it is kept what vendors' systems were told and answered
vendors.feed_hours                 how long vendors' systems can fetch it
vendors.failing_hours              an address that fails for so long is disabled
"""

from __future__ import annotations

from datetime import date, timedelta

from tiffin.regions import Region


def unanswered_before_pause(region: Region, *, on: date) -> int:
    return region.setting("vendors.unanswered_before_pause", int, on=on)


def unanswered_pause(region: Region, *, on: date) -> timedelta:
    return timedelta(minutes=region.setting("vendors.unanswered_pause_minutes", int, on=on))


def told_is_kept(region: Region, *, on: date) -> timedelta:
    return timedelta(days=region.setting("vendors.log_days", int, on=on))


def feed_is_kept(region: Region, *, on: date) -> timedelta:
    return timedelta(hours=region.setting("vendors.feed_hours", int, on=on))


def may_fail_for(region: Region, *, on: date) -> timedelta:
    return timedelta(hours=region.setting("vendors.failing_hours", int, on=on))
