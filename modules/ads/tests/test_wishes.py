"""Campaigns that come in over the interface, and where they may lead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from modules.ads.interface import Ads, CampaignRefused, CampaignState, CampaignWish, Placement
from modules.ads.models import Advertiser, Campaign
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money

pytestmark = pytest.mark.usefixtures("database")


def wish(**more: Any) -> CampaignWish:
    now = clock.now()
    terms = {
        "region": "gb",
        "advertiser": "Tiffin",
        "name": "Plus",
        "placements": (Placement.HOME_CAROUSEL,),
        "headlines": {"": "Free delivery"},
        "texts": {},
        "landing": "/account/membership/",
        "starts_at": now,
        "ends_at": now + timedelta(days=30),
    }
    return CampaignWish(**{**terms, **more})


def advertise(wanted: CampaignWish, key: str = "one") -> Any:
    return call(Ads).advertise(key=CommandKey(key), wish=wanted)


def test_a_wish_of_the_house_is_shown_at_once_and_costs_nothing() -> None:
    wanted = wish()

    assert advertise(wanted) == advertise(wanted)
    advertise(wish(name="Again"), "two")

    first, second = Campaign.objects.order_by("created_at")
    assert (first.state, first.bid) == (CampaignState.APPROVED, 0)
    assert first.advertiser_id == second.advertiser_id == Advertiser.objects.get().id


def test_a_restaurant_pays_for_clicks() -> None:
    gbp = [Money(amount=amount, currency="GBP") for amount in (35, 20_000)]

    advertise(wish(restaurant_id=ids.new_id(), landing="", bid=gbp[0], budget=gbp[1]))

    campaign = Campaign.objects.get()
    assert (campaign.bid, campaign.budget, campaign.pricing_name) == (350_000, 200_000_000, "cpc")


@pytest.mark.parametrize(
    "landing", ["//other.example", "/\\other.example", "/\tx", "http://plain.example", "https://x.example/ y"]
)
def test_nobody_is_led_elsewhere_by_what_looks_like_a_path_of_ours(landing: str) -> None:
    with pytest.raises(CampaignRefused):
        advertise(wish(landing=landing))
    assert not Campaign.objects.exists()


def test_of_a_wish_that_is_refused_nothing_stays() -> None:
    with pytest.raises(CampaignRefused):
        advertise(wish(headlines={"": "{nonsense}"}))
    assert not Advertiser.objects.exists()
