"""What staff see before they approve: all that would be shown, and to whom."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from modules.ads.admin import words
from modules.ads.admin.fields import written
from modules.ads.interface import CampaignState
from modules.ads.models import Campaign, Creative, Flight
from modules.ads.selectors.approving import looked_at
from tiffin import regions
from tiffin.admin import ReadOnlyInline
from tiffin.admin.site import site


class Flights(ReadOnlyInline):
    """Where, when and to whom."""

    model = Flight
    fields = ("name", "shown", "narrowed", "is_on")

    @admin.display(description="Shown")
    def shown(self, flight: Flight) -> str:
        return words.placements(flight)

    @admin.display(description="To whom, when and how often")
    def narrowed(self, flight: Flight) -> str:
        return words.targeting(flight)


class Creatives(ReadOnlyInline):
    """How it reads and looks, and where a click leads."""

    model = Creative
    fields = ("name", "reads", "looks", "leads_to", "state_name", "note")

    @admin.display(description="Reads")
    def reads(self, creative: Creative) -> str:
        return words.by_language(creative)

    @admin.display(description="Picture")
    def looks(self, creative: Creative) -> str:
        return words.drawn(creative)

    @admin.display(description="A click leads to")
    def leads_to(self, creative: Creative) -> str:
        return words.leads_to(creative.campaign)


def preview(request: HttpRequest, campaigns: Any, status: int) -> HttpResponse:
    """Each as it stands, with the fingerprint of just what the page says of it."""
    seen = [_seen(campaign) for campaign in campaigns.select_related("advertiser")]
    page = {
        **site.each_context(request),
        "title": "What would be shown",
        "seen": seen,
        "number": sum(each["may"] for each in seen),
        "listed": reverse("admin:ads_campaign_changelist"),
    }
    return TemplateResponse(request, "ads/approve.html", page, status=status)


def _seen(campaign: Campaign) -> dict[str, Any]:
    looked = looked_at(campaign)
    region = regions.get(campaign.region)
    return {
        "campaign": campaign,
        "fingerprint": looked.fingerprint,
        "may": campaign.state is CampaignState.SUBMITTED,
        "terms": _terms(campaign, region.currency),
        "dates": [f"{region.local(at):%a %d %b %Y %H:%M}" for at in (campaign.starts_at, campaign.ends_at)],
        "flights": [(each, words.placements(each), words.targeting(each)) for each in looked.flights],
        "creatives": [(each, words.by_language(each), words.drawn(each)) for each in looked.creatives],
        "leads_to": words.leads_to(campaign),
    }


def _terms(campaign: Campaign, currency: str) -> str:
    terms = f"{written(campaign.bid)} ({campaign.pricing_name}) of {written(campaign.budget)} {currency}"
    if campaign.daily_cap is not None:
        terms += f", {written(campaign.daily_cap)} a day"
    parts = (
        (True, terms),
        (True, f"{campaign.objective_name}, {campaign.pacing_name}"),
        (campaign.goods, f"goods: {', '.join(campaign.goods).replace('_', ' ')}"),
        (campaign.holdout, f"held out: {campaign.holdout} of 10,000"),
    )
    return "; ".join(text for given, text in parts if given)
