"""What an advertiser's own people may see: that of the restaurants that they act for, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from modules.ads.errors import AdvertiserUnknown, CampaignUnknown, CreativeUnknown, FlightUnknown
from modules.ads.models import Advertiser, Campaign, Creative, Flight

Restaurants = Collection[UUID]


def advertisers_of(restaurants: Restaurants) -> list[Advertiser]:
    return list(Advertiser.objects.filter(restaurant_id__in=restaurants).order_by("id"))


def advertiser_of(restaurants: Restaurants, advertiser_id: UUID) -> Advertiser:
    """Raises AdvertiserUnknown."""
    found: Advertiser | None = Advertiser.objects.filter(
        restaurant_id__in=restaurants, pk=advertiser_id
    ).first()
    if found is None:
        raise AdvertiserUnknown(advertiser_id=str(advertiser_id))
    return found


def campaigns_of(restaurants: Restaurants) -> QuerySet[Campaign]:
    return Campaign.objects.filter(advertiser__restaurant_id__in=restaurants).select_related("advertiser")


def campaign_of(restaurants: Restaurants, campaign_id: UUID) -> Campaign:
    """Raises CampaignUnknown."""
    found = campaigns_of(restaurants).filter(pk=campaign_id).first()
    if found is None:
        raise CampaignUnknown(campaign_id=str(campaign_id))
    return found


def flight_of(restaurants: Restaurants, flight_id: UUID) -> Flight:
    """Raises FlightUnknown."""
    rows = Flight.objects.filter(campaign__advertiser__restaurant_id__in=restaurants, pk=flight_id)
    found = rows.select_related("campaign__advertiser").first()
    if found is None:
        raise FlightUnknown(flight_id=str(flight_id))
    return found


def creative_of(restaurants: Restaurants, creative_id: UUID) -> Creative:
    """Raises CreativeUnknown."""
    rows = Creative.objects.filter(campaign__advertiser__restaurant_id__in=restaurants, pk=creative_id)
    found: Creative | None = rows.first()
    if found is None:
        raise CreativeUnknown(creative_id=str(creative_id))
    return found
