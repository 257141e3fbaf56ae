"""Which tier customers have, and what counted towards it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from modules.rewards.models import Member
from tiffin import db
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


def qualifying_points(
    customer_ids: Sequence[UUID], region: Region, window: tuple[datetime, datetime]
) -> dict[UUID, int]:
    """How many points each got for good within that time, of those who did. What was taken back counts
    no more."""
    begin, end = window
    values: dict[str, Any] = {"customers": list(customer_ids), "region": region.code}
    return dict(db.select(_QUALIFYING, begin=begin, end=end, **values))
