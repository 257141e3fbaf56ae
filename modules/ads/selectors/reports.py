"""What ads did in a time: slots asked for and filled, impressions, clicks, orders and what they cost, by
hours or days of the region's clocks. Read from sums that are kept by the hour, and from nothing else."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from modules.ads.errors import ReportTooLong
from modules.ads.interface import Placement, Pricing
from modules.ads.models import Campaign
from modules.ads.selectors.lift import Lifted, lifted, together
from modules.ads.selectors.planning import Pace, paces
from tiffin import db
from tiffin.regions import Region

# The calendar's first and last days have no neighbour, which a day's midnights need.
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

_FIGURES = """
SELECT figure.hour, campaign.pricing, figure.placement, figure.campaign_id, sum(figure.impressions)::bigint,
    sum(figure.clicks)::bigint, sum(figure.orders)::bigint, sum(figure.filtered)::bigint,
    sum(figure.spent)::bigint
FROM ads_figure AS figure
JOIN ads_campaign AS campaign ON campaign.id = figure.campaign_id
WHERE figure.region = %(region)s AND figure.hour >= %(begin)s AND figure.hour < %(end)s
    AND (%(campaign)s::uuid IS NULL OR figure.campaign_id = %(campaign)s)
    AND (%(advertiser)s::uuid IS NULL OR campaign.advertiser_id = %(advertiser)s)
    AND (%(placement)s::text = '' OR figure.placement = %(placement)s)
GROUP BY GROUPING SETS ((figure.hour), (campaign.pricing), (figure.placement), (figure.campaign_id))
"""
_FILLS = """
SELECT hour, sum(requests)::bigint, sum(wanted)::bigint, sum(filled)::bigint FROM ads_fill
WHERE region = %(region)s AND hour >= %(begin)s AND hour < %(end)s
    AND (%(placement)s::text = '' OR placement = %(placement)s)
GROUP BY hour
"""
_EMPTY = """
SELECT reason, sum(slots)::bigint FROM ads_unfilled
WHERE region = %(region)s AND hour >= %(begin)s AND hour < %(end)s
    AND (%(placement)s::text = '' OR placement = %(placement)s)
GROUP BY reason ORDER BY 2 DESC, 1
"""


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"


MOST_DAYS = {Grain.HOUR: 31, Grain.DAY: 366}


class Asked(NamedTuple):
    """Which report: of a region's days `first` to `last`, all of it or of an advertiser, a campaign, a
    placement."""

    region: Region
    first: date
    last: date
    grain: Grain = Grain.DAY
    advertiser_id: UUID | None = None
    campaign_id: UUID | None = None
    placement: Placement | None = None

    @property
    def is_of_all(self) -> bool:
        """Slots are asked for whoever fills them: they are nobody's."""
        return self.advertiser_id is None and self.campaign_id is None


@dataclass(slots=True)
class Sums:
    """What happened, and what it cost in micros. What was `filtered` did not count."""

    impressions: int = 0
    clicks: int = 0
    orders: int = 0
    filtered: int = 0
    spent: int = 0

    def include(self, other: Sums) -> None:
        self.impressions += other.impressions
        self.clicks += other.clicks
        self.orders += other.orders
        self.filtered += other.filtered
        self.spent += other.spent

    @property
    def rate(self) -> float | None:
        """Clicks of impressions; None where there is nothing to say."""
        return self.clicks / self.impressions if self.impressions else None

    @property
    def per_click(self) -> int | None:
        return self.spent // self.clicks if self.clicks else None

    @property
    def per_order(self) -> int | None:
        return self.spent // self.orders if self.orders else None


@dataclass(slots=True)
class Slots:
    """How many slots were asked for in how many places, and how many filled."""

    requests: int = 0
    wanted: int = 0
    filled: int = 0

    def include(self, other: Slots) -> None:
        self.requests += other.requests
        self.wanted += other.wanted
        self.filled += other.filled

    @property
    def rate(self) -> float | None:
        return self.filled / self.wanted if self.wanted else None


class Step(NamedTuple):
    """An hour or a day. `slots` is None in a report of somebody's; `pace` where it cannot be said. `lift` is
    that of all days of the report until the step's, as it is kept by the day."""

    begin: datetime
    sums: Sums
    slots: Slots | None
    pace: Pace | None
    lift: Lifted


class OfCampaign(NamedTuple):
    id: UUID
    name: str
    advertiser: str
    pricing: Pricing
    sums: Sums


class Report(NamedTuple):
    """What was asked for, step by step and in all. `empty` are slots that were not filled, by reason; `pace`
    is what was planned until now and what of that was spent."""

    asked: Asked
    steps: Sequence[Step]
    sums: Sums
    slots: Slots | None
    empty: Mapping[str, int]
    pace: Pace | None
    by_pricing: Mapping[str, Sums]
    by_placement: Mapping[str, Sums]
    by_campaign: Sequence[OfCampaign]
    lift: Lifted


def report(asked: Asked) -> Report:
    """Raises ReportTooLong."""
    begins = _begins(asked)
    found = _figures(asked, begins)
    slots = _slots(asked, begins) if asked.is_of_all else None
    pace = paces(asked.region, begins, advertiser_id=asked.advertiser_id, campaign_id=asked.campaign_id)
    if asked.placement is not None:
        pace = None  # a campaign's money is for all its placements
    lift = _lift(asked)
    steps = [
        Step(
            begin=begin,
            sums=found.steps[begin],
            slots=None if slots is None else slots[begin],
            pace=None if pace is None else pace[begin],
            lift=lift[asked.region.local(begin).date()],
        )
        for begin in begins[:-1]
    ]
    sums, all_slots = Sums(), None if slots is None else Slots()
    for step in steps:
        sums.include(step.sums)
        if all_slots is not None and step.slots is not None:
            all_slots.include(step.slots)
    return Report(
        asked=asked,
        steps=steps,
        sums=sums,
        slots=all_slots,
        empty=_empty(asked, begins) if asked.is_of_all else {},
        pace=None if pace is None else Pace.sum(pace.values()),
        by_pricing=found.pricings,
        by_placement=found.placements,
        by_campaign=_named(found.campaigns),
        lift=lift[asked.last],
    )


def campaign_sums(region: Region, ids: Sequence[UUID], first: date, last: date) -> dict[UUID, Sums]:
    """Of these campaigns what happened on the days; those to which nothing did are left out."""
    rows = db.select(
        _OF_CAMPAIGNS,
        ids=list(ids),
        begin=region.end_of(first - _DAY),
        end=region.end_of(last),
    )
    return {id: Sums(*numbers) for id, *numbers in rows}


def step_of(hour: datetime, begins: Sequence[datetime]) -> datetime:
    """To which step an hour belongs. Figures are kept by hours of UTC: where clocks are half an hour beside
    them, an hour counts to the step in which it begins, and the first one to the first."""
    return begins[max(bisect_right(begins, hour) - 1, 0)]


_OF_CAMPAIGNS = """
SELECT campaign_id, sum(impressions)::bigint, sum(clicks)::bigint, sum(orders)::bigint, sum(filtered)::bigint,
    sum(spent)::bigint
FROM ads_figure WHERE campaign_id = ANY(%(ids)s) AND hour >= %(begin)s AND hour < %(end)s GROUP BY 1
"""


# --- inside -----------------------------------------------------------------------------------------


def _begins(asked: Asked) -> list[datetime]:
    """The moments at which the steps begin, and the end of the last."""
    days = (asked.last - asked.first).days + 1
    if not 1 <= days <= MOST_DAYS[asked.grain]:
        raise ReportTooLong(grain=asked.grain.value, most=MOST_DAYS[asked.grain])
    midnights = [
        asked.region.end_of(asked.first + _DAY * (day - 1)).astimezone(UTC) for day in range(days + 1)
    ]
    if asked.grain is Grain.DAY:
        return midnights
    hours = (midnights[-1] - midnights[0]) // _HOUR
    return [midnights[0] + _HOUR * passed for passed in range(hours + 1)]


class _Found(NamedTuple):
    steps: defaultdict[datetime, Sums]
    pricings: dict[str, Sums]
    placements: dict[str, Sums]
    campaigns: dict[UUID, Sums]


def _figures(asked: Asked, begins: Sequence[datetime]) -> _Found:
    found = _Found(defaultdict(Sums), {}, {}, {})
    for hour, pricing, placement, campaign_id, *numbers in db.select(_FIGURES, **_which(asked, begins)):
        sums = Sums(*numbers)
        if hour is not None:
            found.steps[step_of(hour, begins)].include(sums)
        elif pricing is not None:
            found.pricings[pricing] = sums
        elif placement is not None:
            found.placements[placement] = sums
        else:
            found.campaigns[campaign_id] = sums
    return found


def _lift(asked: Asked) -> Mapping[date, Lifted]:
    """It is measured of a campaign in all its placements, and so of none alone."""
    if asked.placement is not None:
        return defaultdict(lambda: together(()))
    days = asked.first, asked.last
    return lifted(asked.region, days, advertiser_id=asked.advertiser_id, campaign_id=asked.campaign_id)


def _slots(asked: Asked, begins: Sequence[datetime]) -> Mapping[datetime, Slots]:
    found: defaultdict[datetime, Slots] = defaultdict(Slots)
    for hour, *numbers in db.select(_FILLS, **_which(asked, begins)):
        found[step_of(hour, begins)].include(Slots(*numbers))
    return found


def _empty(asked: Asked, begins: Sequence[datetime]) -> Mapping[str, int]:
    return dict(db.select(_EMPTY, **_which(asked, begins)))


def _which(asked: Asked, begins: Sequence[datetime]) -> dict[str, Any]:
    return {
        "region": asked.region.code,
        "begin": begins[0].replace(minute=0),
        "end": begins[-1].replace(minute=0),
        "campaign": asked.campaign_id,
        "advertiser": asked.advertiser_id,
        "placement": asked.placement.value if asked.placement else "",
    }


def _named(sums: Mapping[UUID, Sums]) -> list[OfCampaign]:
    """The dearest first."""
    rows = Campaign.objects.filter(pk__in=list(sums)).select_related("advertiser")
    found = [OfCampaign(row.id, row.name, row.advertiser.name, row.pricing, sums[row.id]) for row in rows]
    return sorted(found, key=lambda each: (-each.sums.spent, -each.sums.impressions, each.name))
