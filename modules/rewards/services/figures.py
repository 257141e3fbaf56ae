"""Sums over the ledger for the reports: made anew from its entries and lots again and again, so that they say
what these say."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max

from modules.rewards.models import PROGRAMME, Account, PointsFigure
from tiffin import clock, db, regions
from tiffin.regions import Region

_DAY = timedelta(days=1)
# A posting that began before the last look may have been committed after it.
_LOOKED_AT_AGAIN = timedelta(hours=1)

# Entries are only ever added: the first ones lie first.
_FIRST = "SELECT min(at) FROM rewards_entry WHERE ctid < '(64,0)'"
_FIRST_OF_ALL = "SELECT min(at) FROM rewards_entry"
_SUM = """
INSERT INTO rewards_pointsfigure (region, hour, flow, unit, month, entries, amount)
SELECT entry.region, date_trunc('hour', entry.at, 'UTC'), entry.flow, entry.unit,
       date_trunc('month', lot.opened_at AT TIME ZONE %(zone)s)::date, count(*), sum(entry.amount)
FROM rewards_entry AS entry
LEFT JOIN rewards_lot AS lot ON entry.flow = 'expire' AND lot.id = entry.lot_id
WHERE entry.region = %(region)s AND entry.at >= %(begin)s AND entry.at < %(end)s AND entry.flow <> 'level'
GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (region, hour, flow, unit, month)
DO UPDATE SET entries = excluded.entries, amount = excluded.amount
RETURNING 1
"""
_OUTSTANDING = """
INSERT INTO rewards_outstandingfigure (region, opened, expires, pending, available, held, taken_at)
SELECT region, date_trunc('month', opened_at AT TIME ZONE %(zone)s)::date,
       date_trunc('month', expires_at AT TIME ZONE %(zone)s)::date,
       sum(pending), sum(available), sum(held), %(at)s
FROM rewards_lot WHERE is_open AND region = %(region)s GROUP BY 1, 2, 3
ON CONFLICT (region, opened, expires)
DO UPDATE SET pending = excluded.pending, available = excluded.available, held = excluded.held,
              taken_at = excluded.taken_at
RETURNING 1
"""
_GONE = "DELETE FROM rewards_outstandingfigure WHERE region = %s AND taken_at < %s RETURNING 1"


def make_figures() -> None:
    """Sum what happened since the last time, and what customers have, in every region."""
    first = _first_entry()
    if first is None:
        return
    for region in regions.all():
        # Whatever happens in a region touches an account that the programme has there.
        if Account.objects.filter(owner=PROGRAMME, region=region.code).exists():
            _sum_hours(region, first)
            _take_stock(region)


def _first_entry() -> datetime | None:
    [(first,)] = db.select(_FIRST)
    if first is None:
        [(first,)] = db.select(_FIRST_OF_ALL)
    found: datetime | None = first
    return found


def _sum_hours(region: Region, first: datetime) -> None:
    last = PointsFigure.objects.filter(region=region.code).aggregate(last=Max("hour"))["last"]
    begin = (last - _LOOKED_AT_AGAIN) if last else first.replace(minute=0, second=0, microsecond=0)
    now = clock.now()
    while begin <= now:
        end = begin + _DAY
        with db.transaction():
            db.select(_SUM, region=region.code, zone=region.time_zone.key, begin=begin, end=end)
        begin = end


def _take_stock(region: Region) -> None:
    with db.transaction():
        now = clock.now()
        db.select(_OUTSTANDING, region=region.code, zone=region.time_zone.key, at=now)
        db.select(_GONE, region.code, now)
