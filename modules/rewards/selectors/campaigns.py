"""Campaigns, as customers see them."""

from __future__ import annotations

from django.db.models import F, Q

from modules.rewards.interface import CampaignView
from modules.rewards.models import Campaign
from modules.rewards.states import CampaignState
from tiffin import clock, regions


def campaigns(region: str) -> list[CampaignView]:
    """Those that give something there now, what ends first before the rest; neither who pays for them nor
    what is left of their budget. Raises UnknownRegion."""
    now = clock.now()
    active = Campaign.objects.filter(
        region=regions.get(region).code,
        state_name=CampaignState.ACTIVE.value,
        starts_at__lte=now,
        ends_at__gt=now,
    )
    giving = active.filter(Q(budget=None) | Q(granted__lt=F("budget")))
    return [
        CampaignView(
            id=each.id,
            title=each.title,
            kind=each.kind,
            until=each.ends_at,
            multiplier=each.multiplier,
            points=each.points,
            orders=each.orders,
            days=each.days,
            restaurant_id=each.restaurant_id,
        )
        for each in giving.order_by("ends_at", "id")
    ]
