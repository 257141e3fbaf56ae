"""Which tier customers have, and what counted towards it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import structs

from modules.rewards.earning import rank, window
from modules.rewards.interface import Membership, TierView
from modules.rewards.models import Member
from modules.rewards.policies import qualifying, tiers
from tiffin import clock, db, regions
from tiffin.regions import Region

_QUALIFYING = """
SELECT customer_id, sum(points - taken_back)::bigint FROM rewards_earning
WHERE customer_id = ANY(%(customers)s) AND region = %(region)s AND state = 'confirmed'
  AND confirmed_at >= %(begin)s AND confirmed_at < %(end)s
GROUP BY customer_id
"""


def tiers_of(customer_ids: Sequence[UUID], *, region: str = "") -> dict[UUID, str]:
    """The codes of the tiers that the customers have, of those who have one: in the region, or where they
    got one last."""
    members = Member.objects.filter(customer_id__in=list(customer_ids)).exclude(tier="")
    if region:
        members = members.filter(region=region)
    return dict(members.order_by("since").values_list("customer_id", "tier"))


def membership(customer_id: UUID, region: Region, at: datetime) -> Membership | None:
    """The customer's tier there, and what is missing for the next; None where there are no tiers."""
    day = region.local(at).date()
    there = tiers(region, day)
    if not there:
        return None
    member = _member(customer_id, region)
    place = rank(there, member.tier) if member else 0
    found = Membership()
    if member and place:
        terms = there[place - 1]
        found = Membership(tier=terms.code, title=terms.title, until=member.until, benefits=terms.benefits)
    if place == len(there):
        return found
    earned = qualifying_points([customer_id], region, window(region, qualifying(region, day), at))
    missing = there[place].from_points - earned.get(customer_id, 0)
    return structs.replace(found, next_title=there[place].title, points_to_next=max(missing, 0))


def programme(customer_id: UUID, region: str) -> list[TierView]:
    """The region's tiers, the lowest first, and how far the customer is. Raises UnknownRegion."""
    here, now = regions.get(region), clock.now()
    day = here.local(now).date()
    there = tiers(here, day)
    if not there:
        return []
    member = _member(customer_id, here)
    place = rank(there, member.tier) if member else 0
    earned = qualifying_points([customer_id], here, window(here, qualifying(here, day), now))
    return [
        TierView(
            code=tier.code,
            title=tier.title,
            from_points=tier.from_points,
            multiplier=tier.multiplier,
            benefits=tier.benefits,
            mine=number == place,
            until=member.until if member and number == place else None,
            missing=max(tier.from_points - earned.get(customer_id, 0), 0) if number > place else 0,
        )
        for number, tier in enumerate(there, start=1)
    ]


def _member(customer_id: UUID, region: Region) -> Member | None:
    """Who has a tier there."""
    found: Member | None = (
        Member.objects.filter(customer_id=customer_id, region=region.code).exclude(tier="").first()
    )
    return found


def qualifying_points(
    customer_ids: Sequence[UUID], region: Region, window: tuple[datetime, datetime]
) -> dict[UUID, int]:
    """How many points each got for good within that time, of those who did. What was taken back counts
    no more."""
    begin, end = window
    values: dict[str, Any] = {"customers": list(customer_ids), "region": region.code}
    return dict(db.select(_QUALIFYING, begin=begin, end=end, **values))
