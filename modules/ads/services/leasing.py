"""Money for processes to promise: chunks of what a campaign has released and nobody has promised or spent.

A day's money is released along the hours in which people come (its pacing), so that it lasts; what is
reserved counts as spent until RESERVED after it may be promised, by when a click has come or will not. What
is spent and not yet settled counts too: however late settling is, nothing is promised twice. Of clicks that
may still bring an order that is paid for, so much counts as orders were promised for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from modules.ads.engine.allowances import Allowances, Chunk, Leftover
from modules.ads.engine.plans import Terms, allotted, window
from modules.ads.engine.prediction import PRIOR_ORDER
from modules.ads.interface import Pacing
from modules.ads.models import Reservation
from modules.ads.selectors.traffic import Curve, curve_of
from modules.ads.services.attributing import WINDOW
from modules.ads.services.documents import document
from tiffin import clock, db, regions

# A process has so long to promise what it got, and what it promised may be clicked for so much longer.
USABLE = timedelta(minutes=2)
RESERVED = timedelta(minutes=3)
_LOCKED = USABLE + RESERVED
# So many campaigns at a time: nobody waits long for another's.
_AT_ONCE = 250
# One process gets at most this share of what is there, if that is enough for it.
_SHARE = 4
# So large a part of a day's money is there from the first hour on, when hardly anybody comes.
_AHEAD = 200
# Where nothing is there it is asked for again after this at most.
_ASK_AGAIN = timedelta(seconds=60)
_SOON = 0.5
_LOCK = 0x61647331  # "ads1": one process at a time looks what is left

_STANDING = """
SELECT campaign.id, campaign.region, campaign.budget, campaign.daily_cap, campaign.pacing, campaign.starts_at,
    campaign.ends_at,
    COALESCE((SELECT sum(spent) FROM ads_campaignday WHERE campaign_id = campaign.id), 0)::bigint,
    COALESCE((SELECT sum(spent) FROM ads_campaignday
              WHERE campaign_id = campaign.id AND day = local.day), 0)::bigint,
    COALESCE((SELECT sum(micros) FROM ads_reservation
              WHERE campaign_id = campaign.id AND until > %(now)s), 0)::bigint,
    COALESCE((SELECT sum(price) FROM ads_adevent
              WHERE campaign_id = campaign.id AND NOT settled), 0)::bigint
    + CASE WHEN campaign.pricing <> 'cpa' THEN 0 ELSE
        COALESCE((SELECT sum(per_order) FROM ads_adevent AS click
                  WHERE campaign_id = campaign.id AND per_order > 0 AND verdict = 'valid'
                      AND at > %(now)s - %(window)s
                      AND NOT EXISTS (SELECT 1 FROM ads_adevent AS brought
                                      WHERE brought.decision_id = click.decision_id
                                          AND brought.slot = click.slot AND brought.kind = 'order'
                                          AND brought.verdict = 'valid')), 0) * %(chance)s / 1000
    END::bigint
FROM ads_campaign AS campaign
JOIN ads_advertiser AS advertiser ON advertiser.id = campaign.advertiser_id AND NOT advertiser.is_blocked
JOIN json_to_recordset(%(days)s::json) AS local(region text, day date) ON local.region = campaign.region
WHERE campaign.id = ANY(%(ids)s) AND campaign.state = 'approved' AND campaign.ends_at > %(now)s
"""
_RESERVE = """
INSERT INTO ads_reservation (campaign_id, micros, made_at, until)
SELECT campaign_id, micros, %(now)s, %(until)s
FROM json_to_recordset(%(rows)s::json) AS new(campaign_id uuid, micros bigint)
RETURNING id, campaign_id, micros
"""
_GIVE_BACK = """
UPDATE ads_reservation AS reservation SET micros = reservation.micros - unused.micros
FROM json_to_recordset(%(unused)s::json) AS unused(id bigint, micros bigint)
WHERE reservation.id = unused.id RETURNING 1
"""


class Standing(NamedTuple):
    """How a campaign stands: what it has spent in all and today, and what is reserved or not yet settled."""

    id: UUID
    region: str
    budget: int
    daily_cap: int | None
    pacing: str
    starts_at: datetime
    ends_at: datetime
    spent: int
    spent_today: int
    reserved: int
    unsettled: int

    @property
    def promised(self) -> int:
        return self.reserved + self.unsettled

    @property
    def terms(self) -> Terms:
        pacing = Pacing(self.pacing)
        return Terms(self.budget, self.daily_cap, pacing, self.starts_at, self.ends_at)


def lease(allowances: Allowances) -> bool:
    """Get what was missing, and give back what was not used; whether there is more to get. To be called every
    half second."""
    now = clock.now()
    leftovers = allowances.expire(now.timestamp())
    wanted = allowances.wanted(_AT_ONCE)
    if not wanted and not leftovers:
        return False
    with db.transaction():
        db.select("SELECT pg_advisory_xact_lock(%s)", _LOCK)
        _give_back(leftovers)
        granted = _reserve(wanted, now)
    _keep(allowances, *granted)
    return len(wanted) == _AT_ONCE


def lease_at_once(allowances: Allowances) -> None:
    """Get what was missing for somebody who waits; nothing while another process looks what is left."""
    wanted = allowances.wanted(_AT_ONCE)
    if not wanted:
        return
    with db.transaction():
        ((free,),) = db.select("SELECT pg_try_advisory_xact_lock(%s)", _LOCK)
        granted = _reserve(wanted, clock.now()) if free else ([], {})
    _keep(allowances, *granted)


def _keep(allowances: Allowances, chunks: Sequence[Chunk], closed: Mapping[UUID, float]) -> None:
    for chunk in chunks:
        allowances.grant(chunk)
    for campaign_id, until in closed.items():
        allowances.close(campaign_id, until)


def forget_past_reservations() -> int:
    """Those whose time is over count no more."""
    count, _ = Reservation.objects.filter(until__lt=clock.now() - RESERVED).delete()
    return count


def available(standing: Standing, curve: Curve, now: datetime, zone: ZoneInfo) -> int:
    """What may be reserved now. Reserved money comes back or is spent some minutes later: so much earlier
    it is released."""
    local = now.astimezone(zone)
    day_money = allotted(standing.terms, standing.spent - standing.spent_today, local.date(), zone)
    released = day_money
    if Pacing(standing.pacing) is Pacing.EVEN:
        begin, end = window(standing.terms, local.date(), zone)
        released = curve.share(day_money, begin, end, min(local + _LOCKED, end))
        released = min(released + day_money // _AHEAD, day_money)
    whole = standing.budget - standing.spent
    return min(released - standing.spent_today, whole) - standing.promised


def _reserve(wanted: Mapping[UUID, int], now: datetime) -> tuple[list[Chunk], dict[UUID, float]]:
    """Chunks for those that have something, and until when the others need not be asked for."""
    if not wanted:
        return [], {}
    closed = {id: now.timestamp() + _ASK_AGAIN.total_seconds() for id in wanted}
    rows = []
    for standing in standings(list(wanted), now):
        region = regions.get(standing.region)
        there = available(standing, curve_of(region), now, region.time_zone)
        unit = wanted[standing.id]
        if there >= unit:
            rows.append({"campaign_id": standing.id, "micros": min(there, max(unit, there // _SHARE))})
            del closed[standing.id]
        else:
            closed[standing.id] = now.timestamp() + _wait(standing, unit - there)
    until = now + _LOCKED
    found = db.select(_RESERVE, rows=document(rows), now=now, until=until) if rows else []
    usable = (now + USABLE).timestamp()
    return [Chunk(id, campaign_id, micros, usable) for id, campaign_id, micros in found], closed


def _wait(standing: Standing, missing: int) -> float:
    """Seconds until as much may be released, at the pace of an even day."""
    a_second = (standing.daily_cap or standing.budget) / 86_400
    return min(max(missing / a_second if a_second else inf, _SOON), _ASK_AGAIN.total_seconds())


def standings(ids: Sequence[UUID], now: datetime) -> list[Standing]:
    """Of those that run."""
    days = [{"region": region.code, "day": region.local(now).date()} for region in regions.all()]
    rows = db.select(
        _STANDING,
        ids=list(ids),
        days=document(days),
        now=now,
        window=WINDOW,
        chance=int(PRIOR_ORDER * 1000),
    )
    return [Standing(*row) for row in rows]


def _give_back(leftovers: Sequence[Leftover]) -> None:
    unused = [leftover._asdict() for leftover in leftovers if leftover.micros]
    if unused:
        db.select(_GIVE_BACK, unused=document(unused))
