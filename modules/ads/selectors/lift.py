"""What campaigns brought that would not have come without them: those who could be shown one against those
who were held out of it (`engine/holding_out.py`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from math import sqrt
from typing import NamedTuple
from uuid import UUID

from tiffin import db
from tiffin.regions import Region

# The two-sided 95 % quantile of the normal distribution.
Z95 = 1.96
# Fewer orders than that to be expected in a group, and the normal distribution says little about their mean:
# the usual rule of ten for counts.
ENOUGH_ORDERS = 10

_SUMS = """
SELECT lift.day, lift.campaign_id, lift.is_ghost, sum(lift.viewers)::bigint, sum(lift.orders)::bigint,
    sum(lift.squares)::bigint
FROM ads_lift AS lift JOIN ads_campaign AS campaign ON campaign.id = lift.campaign_id
WHERE campaign.region = %(region)s AND lift.day BETWEEN %(first)s AND %(last)s
    AND (%(campaign)s::uuid IS NULL OR lift.campaign_id = %(campaign)s)
    AND (%(advertiser)s::uuid IS NULL OR campaign.advertiser_id = %(advertiser)s)
GROUP BY 1, 2, 3
"""


class Group(NamedTuple):
    """Customers, their orders in all, and the squares of each one's orders in all."""

    viewers: int = 0
    orders: int = 0
    squares: int = 0

    @property
    def mean(self) -> float:
        return self.orders / self.viewers

    @property
    def variance_of_mean(self) -> float:
        """Unbiased."""
        n = self.viewers
        return max(self.squares - self.orders * self.orders / n, 0.0) / (n - 1) / n if n > 1 else 0.0


class Estimate(NamedTuple):
    """Orders that came because of a campaign, and the 95 % interval in which they lie; negative where those
    who saw it ordered less."""

    orders: float
    low: float
    high: float


class Lifted(NamedTuple):
    """Over campaigns with a holdout: who was shown one and who was held out, and the `estimate`; None: not
    enough yet. Of `campaigns` that have a holdout `counted` had enough to be in it."""

    shown: Group
    held_out: Group
    estimate: Estimate | None
    campaigns: int
    counted: int


def lifted(
    region: Region,
    days: tuple[date, date],
    *,
    advertiser_id: UUID | None = None,
    campaign_id: UUID | None = None,
) -> dict[date, Lifted]:
    """For each of these days (the first and the last) what is known of those whose first exposure was on it
    or on one before it, with what they ordered since. A day's customers alone are too few to say anything
    of."""
    first, last = days
    rows = db.select(
        _SUMS, region=region.code, first=first, last=last, campaign=campaign_id, advertiser=advertiser_id
    )
    of_day: defaultdict[date, list[tuple[UUID, bool, Group]]] = defaultdict(list)
    for day, id, is_ghost, *numbers in rows:
        of_day[day].append((id, is_ghost, Group(*numbers)))
    groups: defaultdict[UUID, dict[bool, Group]] = defaultdict(dict)
    found: dict[date, Lifted] = {}
    until_now = together(())
    for day in (first + timedelta(days=passed) for passed in range((last - first).days + 1)):
        for id, is_ghost, group in of_day[day]:
            groups[id][is_ghost] = _sum(groups[id].get(is_ghost, Group()), group)
        if of_day[day]:
            until_now = together(
                (pair.get(False, Group()), pair.get(True, Group())) for pair in groups.values()
            )
        found[day] = until_now
    return found


def together(pairs: Iterable[tuple[Group, Group]]) -> Lifted:
    """Campaigns are independent: what they brought and its variance add up."""
    shown, held_out = Group(), Group()
    orders = variance = 0.0
    campaigns = counted = 0
    for treated, ghosts in pairs:
        shown, held_out = _sum(shown, treated), _sum(held_out, ghosts)
        campaigns += 1
        if _is_enough(treated, ghosts):
            counted += 1
            orders += treated.orders - treated.viewers * ghosts.mean
            variance += treated.viewers**2 * (treated.variance_of_mean + ghosts.variance_of_mean)
    margin = Z95 * sqrt(variance)
    estimate = Estimate(orders, orders - margin, orders + margin) if counted else None
    return Lifted(shown, held_out, estimate, campaigns, counted)


def _is_enough(treated: Group, ghosts: Group) -> bool:
    """By how many orders either would have if the campaign brought none: by what was ordered in it alone,
    those with many by chance would be counted and those with few left out."""
    viewers = treated.viewers + ghosts.viewers
    few = min(treated.viewers, ghosts.viewers)
    return few > 1 and (treated.orders + ghosts.orders) * few >= ENOUGH_ORDERS * viewers


def _sum(one: Group, other: Group) -> Group:
    return Group(*(sum(numbers) for numbers in zip(one, other, strict=True)))
