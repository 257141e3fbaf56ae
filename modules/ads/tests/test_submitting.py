"""What nobody would ever see is refused when it is submitted, and says why."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from modules.ads.errors import BidBelowFloor, CampaignRefused, GoodsOnlyForAdults
from modules.ads.interface import AdvertiserKind, CampaignState, Placement, Pricing
from modules.ads.kinds import Goods
from modules.ads.models import Campaign, Flight
from modules.ads.policies import floors
from modules.ads.services import campaigns
from modules.ads.tests import scenes
from modules.ads.tests.test_advertiser_api import advertising, of, terms
from tiffin.testing.settling import settle as settle_events

pytestmark = pytest.mark.usefixtures("database")

PENNY = scenes.POUND // 100
# In Great Britain 5 pence a click, 1.50 a thousand impressions, and an order costs as much as 20 clicks.
LEAST = {Pricing.CPC: 5 * PENNY, Pricing.CPM: 150 * PENNY, Pricing.CPA: 100 * PENNY}
SAID = {
    Pricing.CPC: "0.05 GBP is paid for a click",
    Pricing.CPM: "1.50 GBP is paid for a thousand impressions",
    Pricing.CPA: "1.00 GBP is paid for an order",
}


@pytest.fixture
def dear_email(monkeypatch: pytest.MonkeyPatch) -> None:
    """A region where e-mail costs more than all other placements."""

    def least(*given: Any, **named: Any) -> Any:
        found = floors(*given, **named)
        return {**found, Placement.EMAIL: dict.fromkeys(LEAST, scenes.POUND)}

    monkeypatch.setattr("modules.ads.services.checking.floors", least)


def ready(*placements: Placement, **given: Any) -> Campaign:
    """One of a restaurant, that could be submitted."""
    campaign = scenes.draft(scenes.advertiser(scenes.restaurant().id), **given)
    scenes.flight(campaign, placements=[each.value for each in placements or (Placement.HOME_CAROUSEL,)])
    scenes.creative(campaign)
    return campaign


class TestFloors:
    @pytest.mark.parametrize("pricing", LEAST)
    def test_a_bid_below_the_floor_is_refused_and_says_how_much_it_is(self, pricing: Pricing) -> None:
        # Given a campaign that pays a micro too little
        campaign = ready(pricing_name=pricing.value, bid=LEAST[pricing] - 1)
        # When it is submitted
        with pytest.raises(BidBelowFloor) as refused:
            campaigns.submit_campaign(campaign_id=campaign.id)
        # Then it is told what is paid there at least, and for what
        assert SAID[pricing] in refused.value.sentence
        assert Campaign.get(campaign.id).state is CampaignState.DRAFT

    @pytest.mark.parametrize("pricing", LEAST)
    def test_a_bid_at_the_floor_is_shown(self, pricing: Pricing) -> None:
        campaign = ready(pricing_name=pricing.value, bid=LEAST[pricing])
        campaigns.submit_campaign(campaign_id=campaign.id)
        campaigns.approve_campaign(campaign_id=campaign.id)
        scenes.open_for_ads()
        assert [ad.advertiser for ad in scenes.ads(scenes.look())] == ["Ramen & Co"]

    def test_one_placement_that_it_suffices_for_is_enough(self, dear_email: None) -> None:
        campaign = ready(Placement.EMAIL, Placement.HOME_CAROUSEL)
        campaigns.submit_campaign(campaign_id=campaign.id)
        assert Campaign.get(campaign.id).state is CampaignState.SUBMITTED

    def test_a_flight_that_would_be_shown_nowhere_is_named(self, dear_email: None) -> None:
        # Given a campaign of which one flight would be shown, and one would not
        campaign = ready()
        post = scenes.flight(campaign, name="Post", placements=[Placement.EMAIL.value])
        # When it is submitted, it is told which
        with pytest.raises(BidBelowFloor, match=r"“Post” .* 1\.00 GBP"):
            campaigns.submit_campaign(campaign_id=campaign.id)
        # And a flight that rests keeps it from nothing, until somebody switches it on
        campaigns.switch_flight(flight_id=post.pk, on=False)
        campaigns.submit_campaign(campaign_id=campaign.id)
        with pytest.raises(BidBelowFloor):
            campaigns.switch_flight(flight_id=post.pk, on=True)
        assert not Flight.objects.get(pk=post.pk).is_on

    def test_a_bid_is_not_lowered_once_it_was_approved_without_being_asked_again(self) -> None:
        # Given a campaign that runs
        campaign = scenes.running(scenes.advertiser())
        campaign.bid = PENNY
        # When its bid is lowered, that is refused; and once it was rejected it is a draft that is submitted
        with pytest.raises(CampaignRefused):
            campaigns.change_campaign(campaign, fields=("bid",))
        campaigns.reject_campaign(campaign_id=campaign.id, note="No.")
        campaigns.change_campaign(campaign, fields=("bid",))
        campaigns.take_back(campaign_id=campaign.id)
        # Then it is asked for the floor again
        with pytest.raises(BidBelowFloor):
            campaigns.submit_campaign(campaign_id=campaign.id)

    def test_a_floor_that_rose_since_it_was_submitted_is_said_to_staff(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        campaign = ready(bid=LEAST[Pricing.CPC])
        campaigns.submit_campaign(campaign_id=campaign.id)
        risen = {Placement.HOME_CAROUSEL: {Pricing.CPC: 6 * PENNY}}
        monkeypatch.setattr("modules.ads.services.checking.floors", lambda *given, **named: risen)
        with pytest.raises(BidBelowFloor, match=r"0\.06 GBP"):
            campaigns.approve_campaign(campaign_id=campaign.id)

    def test_charities_pay_nothing(self) -> None:
        shelter = scenes.advertiser(kind_name=AdvertiserKind.CHARITY.value, name="Shelter")
        assert scenes.running(shelter).state is CampaignState.APPROVED

    def test_a_restaurant_is_told_over_the_api(self) -> None:
        # Given a restaurant whose draft pays too little
        noodles = scenes.restaurant()
        settle_events()
        ask = of(noodles.id)
        advertising(ask, noodles.id)
        made = ask("POST", "campaigns", terms(bid=PENNY)).json()["id"]
        ask("POST", f"campaigns/{made}/flights", {"name": "All", "placements": ["home_carousel"]})
        ask("POST", f"campaigns/{made}/creatives", {"name": "One", "headlines": {"": "{dish}"}})
        # When it is submitted
        refused = ask("POST", f"campaigns/{made}/submit")
        # Then a program can tell why, and by how much
        assert (refused.status_code, refused.json()["code"]) == (409, "ads_bid_below_floor")
        assert refused.json()["floor"] == {"amount": 5, "currency": "GBP"}
        # And once the bid is raised it waits for staff
        ask("PATCH", f"campaigns/{made}", {"bid": 5 * PENNY})
        assert ask("POST", f"campaigns/{made}/submit").json()["state"] == "submitted"


class TestOnlyForAdults:
    def test_what_only_known_adults_may_see_is_refused_as_nobody_is_known_to_be_one(self) -> None:
        # Given a campaign for wine, and nobody of whom it is known that they are of age
        campaign = ready(goods=[Goods.ALCOHOL.value])
        # When it is submitted
        with pytest.raises(GoodsOnlyForAdults) as refused:
            campaigns.submit_campaign(campaign_id=campaign.id)
        # Then it is told so
        assert refused.value.sentence.startswith(
            "Ads for alcohol are shown only to those who are known to be"
        )
        assert Campaign.get(campaign.id).state is CampaignState.DRAFT

    def test_one_that_was_submitted_before_is_refused_to_staff(self) -> None:
        campaign = ready()
        campaigns.submit_campaign(campaign_id=campaign.id)
        Campaign.objects.filter(pk=campaign.pk).update(goods=[Goods.ALCOHOL.value])
        with pytest.raises(GoodsOnlyForAdults):
            campaigns.approve_campaign(campaign_id=campaign.id)

    def test_without_them_it_is_shown(self) -> None:
        campaign = ready(goods=[Goods.ALCOHOL.value])
        campaign.goods = []
        campaigns.change_campaign(campaign, fields=("goods",))
        campaigns.submit_campaign(campaign_id=campaign.id)
        campaigns.approve_campaign(campaign_id=campaign.id)
        scenes.open_for_ads()
        assert len(scenes.ads(scenes.look())) == 1


class TestPictures:
    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://pixel.example/x.png",
            "//pixel.example/x.png",
            "/\\pixel.example/x.png",
            "/\t/pixel.example/x.png",
            "/a//b.png",
            "a.png",
            "data:image/png;base64,AAAA",
        ],
    )
    def test_one_that_lies_elsewhere_could_become_another_and_is_refused(self, elsewhere: str) -> None:
        campaign = scenes.draft(scenes.advertiser())
        with pytest.raises(ValidationError, match="A path on this origin"):
            scenes.creative(campaign, picture=elsewhere)

    def test_one_of_our_own_is_shown(self) -> None:
        scenes.running(scenes.advertiser(), creatives=[{"picture": "/api/v1/pictures/cola.svg"}])
        scenes.open_for_ads()
        assert [ad.picture for ad in scenes.ads(scenes.look())] == ["/api/v1/pictures/cola.svg"]
