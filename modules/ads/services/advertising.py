"""Campaigns that come in over the interface, whole and approved: who calls it has looked at them."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError

from modules.ads.errors import CampaignRefused
from modules.ads.interface import AdvertiserKind, CampaignWish, Pacing, Pricing
from modules.ads.models import Advertiser, Campaign, Creative, Flight
from modules.ads.policies import micros
from modules.ads.services import campaigns
from tiffin import db
from tiffin.money import Money


def advertise(wish: CampaignWish) -> UUID:
    """The campaign's id. Raises CampaignRefused for what staff could not approve either."""
    try:
        with db.transaction():
            return _whole(wish).id
    except ValidationError as wrong:
        raise CampaignRefused(reason=" ".join(wrong.messages)) from None


def _whole(wish: CampaignWish) -> Campaign:
    campaign = campaigns.draft_campaign(
        Campaign(
            advertiser=_advertiser(wish),
            name=wish.name,
            objective_name=wish.objective.value,
            pricing_name=Pricing.CPC.value,
            pacing_name=Pacing.EVEN.value,
            bid=_micros(wish.bid),
            budget=_micros(wish.budget),
            landing=wish.landing,
            starts_at=wish.starts_at,
            ends_at=wish.ends_at,
        )
    )
    places = [placement.value for placement in wish.placements]
    campaigns.add_flight(Flight(campaign=campaign, name=wish.name, placements=places))
    creative = Creative(campaign=campaign, name=wish.name, headlines=wish.headlines, texts=wish.texts)
    campaigns.add_creative(creative)
    campaigns.submit_campaign(campaign_id=campaign.id)
    campaigns.approve_campaign(campaign_id=campaign.id)
    return campaign


def _advertiser(wish: CampaignWish) -> Advertiser:
    """The restaurant's, or the house's of the region: there from now on if it was not."""
    kind = AdvertiserKind.HOUSE if wish.restaurant_id is None else AdvertiserKind.RESTAURANT
    there: Advertiser | None = Advertiser.objects.filter(
        region=wish.region, kind_name=kind.value, restaurant_id=wish.restaurant_id
    ).first()
    if there is not None:
        return there
    return campaigns.open_advertiser(
        Advertiser(
            region=wish.region,
            kind_name=kind.value,
            name=wish.advertiser[:120],
            restaurant_id=wish.restaurant_id,
        )
    )


def _micros(amount: Money | None) -> int:
    return 0 if amount is None else micros(amount.amount, amount.currency)
