"""Sums over the ledger for the reports: made anew from its entries and lots again and again, so that they say
what these say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max

from modules.rewards.models import PROGRAMME, Account, OutstandingFigure, PointsFigure
from modules.rewards.selectors.liability import NOBODY, last_of_page
from tiffin import clock, db, regions
from tiffin.regions import Region

# So much of the busiest time is read in about a second.
_HOUR = timedelta(hours=1)
# A posting that began before the last look may have been committed after it.
_LOOKED_AT_AGAIN = timedelta(hours=1)

# Entries are only ever added: the first ones lie first.
_FIRST = "SELECT min(at) FROM rewards_entry WHERE ctid < '(64,0)'"
_FIRST_OF_ALL = "SELECT min(at) FROM rewards_entry"
# Points are of the region of their lot, wherever they move. What opens a lot is the lot.
_SUM = """
INSERT INTO rewards_pointsfigure (region, hour, flow, unit, month, entries, amount)
SELECT %(region)s::text, %(begin)s::timestamptz, entry.flow, entry.unit,
       CASE entry.flow WHEN 'expire' THEN date_trunc('month', lot.opened_at AT TIME ZONE %(zone)s)::date END,
       count(DISTINCT entry.id), sum(coalesce(parts.part, entry.amount))
FROM rewards_entry AS entry
LEFT JOIN LATERAL unnest(entry.lots, entry.parts) AS parts(lot, part) ON true
LEFT JOIN rewards_lot AS lot ON lot.id = parts.lot
WHERE entry.at >= %(begin)s AND entry.at < %(end)s AND entry.flow <> 'level'
      AND coalesce(lot.region, entry.region) = %(region)s::text
GROUP BY 3, 4, 5
ON CONFLICT (region, hour, flow, unit, month)
DO UPDATE SET entries = excluded.entries, amount = excluded.amount
RETURNING 1
"""
_LYING = """
SELECT date_trunc('month', opened_at AT TIME ZONE %(zone)s)::date,
       date_trunc('month', expires_at AT TIME ZONE %(zone)s)::date,
       sum(pending)::bigint, sum(available)::bigint, sum(held)::bigint
FROM rewards_lot WHERE is_open AND region = %(region)s AND customer_id > %(after)s
     AND (%(last)s::uuid IS NULL OR customer_id <= %(last)s)
GROUP BY 1, 2
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
        with db.transaction():
            db.select(_SUM, region=region.code, zone=region.time_zone.key, begin=begin, end=begin + _HOUR)
        begin += _HOUR


def _take_stock(region: Region) -> None:
    """Some thousand customers at a time, while points go on moving."""
    lying: defaultdict[tuple[date, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    after: UUID | None = NOBODY
    while after is not None:
        last = last_of_page(after)
        values = {"region": region.code, "zone": region.time_zone.key, "after": after, "last": last}
        for opened, expires, *points in db.select(_LYING, **values):
            lying[opened, expires] = [sum(each) for each in zip(lying[opened, expires], points, strict=True)]
        after = last
    with db.transaction():
        now = clock.now()
        OutstandingFigure.objects.bulk_create(
            [_figure(region, months, points, now) for months, points in lying.items()],
            update_conflicts=True,
            unique_fields=("region", "opened", "expires"),
            update_fields=("pending", "available", "held", "taken_at"),
        )
        db.select(_GONE, region.code, now)


def _figure(
    region: Region, months: tuple[date, date], points: Sequence[int], taken_at: datetime
) -> OutstandingFigure:
    opened, expires = months
    pending, available, held = points
    return OutstandingFigure(
        region=region.code,
        opened=opened,
        expires=expires,
        pending=pending,
        available=available,
        held=held,
        taken_at=taken_at,
    )
