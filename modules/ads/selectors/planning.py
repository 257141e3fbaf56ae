"""What campaigns should have spent by an hour, as their day's plan had it, and what they did."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from modules.ads.engine.plans import Terms, allotted, window
from modules.ads.interface import CampaignState, Pacing
from modules.ads.models import Campaign, CampaignDay
from modules.ads.selectors.traffic import curve_of
from tiffin import clock, db
from tiffin.regions import Region

# Of more at a time nobody reads what all of them should have spent.
MOST_CAMPAIGNS = 2_000
_NEVER_SHOWN = [CampaignState.DRAFT.value, CampaignState.SUBMITTED.value, CampaignState.REJECTED.value]

_SPENT = """
SELECT figure.hour, sum(figure.spent)::bigint FROM ads_figure AS figure
WHERE figure.campaign_id = ANY(%(ids)s) AND figure.hour >= %(begin)s AND figure.hour < %(end)s GROUP BY 1
"""

Window = tuple[datetime, datetime]


class Pace(NamedTuple):
    """Micros that were planned for a time, and what was spent in it; of campaigns that spend evenly."""

    planned: int = 0
    spent: int = 0

    @property
    def rate(self) -> float | None:
        """1: as planned."""
        return self.spent / self.planned if self.planned else None

    @classmethod
    def sum(cls, paces: Iterable[Pace]) -> Pace:
        planned, spent = 0, 0
        for each in paces:
            planned, spent = planned + each.planned, spent + each.spent
        return cls(planned, spent)


def paces(
    region: Region,
    begins: Sequence[datetime],
    *,
    advertiser_id: UUID | None = None,
    campaign_id: UUID | None = None,
) -> dict[datetime, Pace] | None:
    """For each step between these moments, up to now. The plan is made anew from the campaigns' terms, what
    they had spent before the day, and when people come; a campaign that was ended is planned for until the
    last day on which it spent something. None: there are no such campaigns, or more than can be planned
    for."""
    campaigns = _even(region, begins, advertiser_id, campaign_id)
    if not campaigns or len(campaigns) > MOST_CAMPAIGNS:
        return None
    now = clock.now()
    planned = _planned(region, campaigns, begins, now)
    spent = _spent([campaign.id for campaign in campaigns], begins)
    return {begin: Pace(planned.get(begin, 0), spent.get(begin, 0)) for begin in begins[:-1]}


def is_beyond_planning(region: Region, begin: datetime, end: datetime, advertiser_id: UUID | None) -> bool:
    """Whether there is no pace because too many campaigns run in a time, and not because none does."""
    rows = _even_rows(region, begin, end, advertiser_id)
    return rows[: MOST_CAMPAIGNS + 1].count() > MOST_CAMPAIGNS


def _even(
    region: Region, begins: Sequence[datetime], advertiser_id: UUID | None, campaign_id: UUID | None
) -> list[Campaign]:
    rows = _even_rows(region, begins[0], begins[-1], advertiser_id)
    if campaign_id is not None:
        rows = rows.filter(pk=campaign_id)
    return list(rows[: MOST_CAMPAIGNS + 1])


def _even_rows(
    region: Region, begin: datetime, end: datetime, advertiser_id: UUID | None
) -> QuerySet[Campaign]:
    rows = Campaign.objects.filter(
        region=region.code,
        pacing_name=Pacing.EVEN.value,
        budget__gt=0,
        starts_at__lt=end,
        ends_at__gt=begin,
    ).exclude(state_name__in=_NEVER_SHOWN)
    if advertiser_id is not None:
        rows = rows.filter(advertiser_id=advertiser_id)
    return rows


def _planned(
    region: Region, campaigns: Sequence[Campaign], begins: Sequence[datetime], now: datetime
) -> dict[datetime, int]:
    """By step. Campaigns that run at the same time of the day share its curve."""
    zone, curve = region.time_zone, curve_of(region)
    found: defaultdict[datetime, int] = defaultdict(int)
    last = min(begins[-1], now)
    for (begin, end), money in _windows(region, campaigns, begins, last).items():
        before = 0
        first = max(bisect_right(begins, begin) - 1, 0)
        for place in range(first, bisect_left(begins, min(end, last))):
            step, until = begins[place], begins[place + 1]
            until_there = min(until, last).astimezone(zone)
            so_far = curve.share(money, begin, end, until_there)
            found[step] += so_far - before
            before = so_far
    return found


def _windows(
    region: Region, campaigns: Sequence[Campaign], begins: Sequence[datetime], last: datetime
) -> dict[Window, int]:
    """The money of all by when of a day they run."""
    first_day, last_day = region.local(begins[0]).date(), region.local(last - timedelta(seconds=1)).date()
    days = [first_day + timedelta(days=passed) for passed in range((last_day - first_day).days + 1)]
    spent = _by_day([campaign.id for campaign in campaigns])
    found: defaultdict[Window, int] = defaultdict(int)
    for campaign in campaigns:
        terms = Terms(
            campaign.budget, campaign.daily_cap, campaign.pacing, campaign.starts_at, campaign.ends_at
        )
        own = spent.get(campaign.id, {})
        over = max(own, default=date.min) if campaign.state is CampaignState.ENDED else date.max
        before = sum(micros for day, micros in own.items() if day < first_day)
        for day in days:
            begin, end = window(terms, day, region.time_zone)
            if begin < end and day <= over:
                found[begin, end] += allotted(terms, before, day, region.time_zone)
            before += own.get(day, 0)
    return found


def _by_day(ids: list[UUID]) -> Mapping[UUID, Mapping[date, int]]:
    found: defaultdict[UUID, dict[date, int]] = defaultdict(dict)
    rows = CampaignDay.objects.filter(campaign_id__in=ids).values_list("campaign_id", "day", "spent")
    for id, day, micros in rows:
        found[id][day] = micros
    return found


def _spent(ids: list[UUID], begins: Sequence[datetime]) -> dict[datetime, int]:
    found: defaultdict[datetime, int] = defaultdict(int)
    steps = iter(pairwise(begins))
    step, until = next(steps)
    for hour, micros in sorted(db.select(_SPENT, ids=ids, begin=begins[0], end=begins[-1])):
        while hour >= until:
            step, until = next(steps)
        found[step] += micros
    return found
