"""From a campaign to an ad on a page, and from there to what it costs."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from modules.ads.events import AdClicked, AdsShown
from modules.ads.interface import (
    AdvertiserKind,
    NoFill,
    OfferInvalid,
    Place,
    Placement,
    Point,
    Pricing,
    TooManySlots,
    Why,
)
from modules.ads.models import AdEvent, Arm, CampaignDay, DecisionRecord, Figure, Fill, Posting, Verdict
from modules.ads.services import Origin, campaigns
from modules.ads.services.keeping import keeper
from modules.ads.tests import scenes
from modules.restaurants.interface import Restaurants
from tiffin import clock
from tiffin.interfaces import call

pytestmark = pytest.mark.usefixtures("database")


class TestWhatIsShown:
    def test_an_approved_campaign_with_a_dish_its_price_and_how_long_it_takes(self) -> None:
        noodles = scenes.restaurant()
        says = {"headlines": {"en": "{dish} for {price} in {minutes} minutes", "pl": "{dish} za {price}"}}
        scenes.running(scenes.advertiser(noodles.id), creatives=[says])
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        assert ad.headline.startswith("Ramen for £12.50 in ")
        assert ad.advertiser == "Ramen & Co"
        assert ad.why == "Ramen & Co pays for this ad. You see it because it delivers to your address."
        assert ad.reasons == (Why.DELIVERS_HERE,)
        (ad,) = scenes.ads(scenes.look(language="pl"))
        assert ad.headline == "Ramen za 12,50\xa0GBP"
        assert ad.why.startswith("Ramen & Co płaci za tę reklamę.")

    def test_a_sold_out_dish_is_not_named(self) -> None:
        noodles = scenes.restaurant()
        scenes.running(scenes.advertiser(noodles.id))
        call(Restaurants).set_availability(
            key=scenes.new_key(),
            restaurant_id=noodles.id,
            item_id=scenes.dish(noodles, "Ramen"),
            available=False,
        )
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        assert ad.headline == "Noodle Bar: Gyoza for £6.50"

    def test_a_dish_is_named_again_when_its_time_is_over(self) -> None:
        noodles = scenes.restaurant()
        scenes.running(scenes.advertiser(noodles.id))
        scenes.open_for_ads()
        until = clock.now() + timedelta(hours=1)
        keeper.put_availability(scenes.dish(noodles, "Ramen"), available=False, until=until)
        assert "Gyoza" in scenes.ads(scenes.look())[0].headline
        with clock.shift(timedelta(hours=1)):
            assert "Ramen" in scenes.ads(scenes.look())[0].headline

    @pytest.mark.parametrize("state", ["draft", "submitted", "rejected", "paused", "ended"])
    def test_what_is_not_approved_is_not_shown(self, state: str) -> None:
        campaign = scenes.draft(scenes.advertiser(scenes.restaurant().id))
        scenes.flight(campaign)
        scenes.creative(campaign)
        if state != "draft":
            campaigns.submit_campaign(campaign_id=campaign.id)
        if state == "rejected":
            campaigns.reject_campaign(campaign_id=campaign.id, note="No.")
        if state in {"paused", "ended"}:
            campaigns.approve_campaign(campaign_id=campaign.id)
        if state == "paused":
            campaigns.pause_campaign(campaign_id=campaign.id)
        if state == "ended":
            campaigns.end_campaign(campaign_id=campaign.id)
        scenes.open_for_ads()
        assert scenes.ads(scenes.look()) == []

    def test_a_creative_that_waits_for_staff_is_not_shown(self) -> None:
        campaign = scenes.running(scenes.advertiser(), creatives=[{"headlines": {"": "Old"}}])
        scenes.creative(campaign, headlines={"": "New"})
        scenes.open_for_ads()
        assert {scenes.ads(scenes.look())[0].headline for _ in range(30)} == {"Old"}

    def test_a_blocked_advertiser_is_not_shown(self) -> None:
        cola = scenes.advertiser()
        scenes.running(cola)
        campaigns.block_advertiser(advertiser_id=cola.id, blocked=True)
        scenes.open_for_ads()
        assert scenes.ads(scenes.look()) == []

    def test_a_process_that_has_only_begun_says_so(self) -> None:
        scenes.running(scenes.advertiser())
        decision = scenes.look()
        assert decision.places[0].no_fill is NoFill.NOT_READY

    def test_more_slots_than_a_page_has_are_refused(self) -> None:
        place = Place(placement=Placement.HOME_CAROUSEL, slots=21)
        with pytest.raises(TooManySlots):
            scenes.look([place])
        with pytest.raises(TooManySlots):
            scenes.look(scenes.HOME * 2)


class TestCities:
    @pytest.mark.parametrize("kind", [AdvertiserKind.BRAND, AdvertiserKind.CHARITY, AdvertiserKind.HOUSE])
    def test_a_campaign_for_a_city_is_shown_all_over_it_to_whom_says_an_address_too(
        self, kind: AdvertiserKind
    ) -> None:
        scenes.running(scenes.advertiser(kind_name=kind.value, name="Cola"), cities=["london"])
        scenes.open_for_ads()
        assert scenes.ads(scenes.look(city="london"))
        assert scenes.ads(scenes.look(city="london", point=None))
        assert scenes.ads(scenes.look(city="manchester")) == []

    def test_an_address_alone_lies_in_the_city_of_the_restaurants_that_deliver_there(self) -> None:
        scenes.restaurant()
        scenes.running(scenes.advertiser(), cities=["london"])
        scenes.open_for_ads()
        assert scenes.ads(scenes.look())
        assert scenes.ads(scenes.look(point=Point(lat=53.48, lon=-2.24))) == []


class TestCategories:
    CATEGORY = (Place(placement=Placement.CATEGORY_LISTING, slots=5),)

    def shown(self, cuisine: str) -> list[str]:
        decision = scenes.look(self.CATEGORY, cuisine=cuisine)
        return sorted(ad.advertiser for ad in scenes.ads(decision))

    def test_a_page_about_a_cuisine_shows_its_restaurants_and_what_is_meant_for_it(self) -> None:
        listed = {"placements": [Placement.CATEGORY_LISTING.value]}
        for name, cuisine in (("Noodle Bar", "ramen"), ("Gdańska", "polish")):
            venue = scenes.restaurant(cuisine, name=name, cuisine=cuisine)
            scenes.running(scenes.advertiser(venue.id, name=name), **listed)
        scenes.running(scenes.advertiser(name="Sake"), cuisines=["ramen"], **listed)
        scenes.running(scenes.advertiser(name="Lassi"), cuisines=["indian"], **listed)
        scenes.running(scenes.advertiser(name="Cola"), **listed)
        scenes.open_for_ads()
        assert self.shown("ramen") == ["Cola", "Noodle Bar", "Sake"]
        assert self.shown("polish") == ["Cola", "Gdańska"]
        assert self.shown("indian") == ["Cola", "Lassi"]
        assert self.shown("thai") == ["Cola"]


class TestCountedOnce:
    def test_an_impression_told_twice_counts_once(self) -> None:
        scenes.running(scenes.advertiser(), pricing_name=Pricing.CPM.value, bid=10 * scenes.POUND)
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        assert [scenes.see(ad), scenes.see(ad), scenes.see(ad, ad)] == [1, 0, 0]
        scenes.settle()
        assert AdEvent.objects.get().charged == 1_500  # the floor of 1.50 for a thousand
        assert scenes.told(AdEvent.objects.get().decision_id, AdsShown)

    def test_a_click_leads_on_every_time_and_counts_once(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        assert [scenes.click(ad) for _ in range(3)] == ["https://cola.example/"] * 3
        scenes.settle()
        clicks = AdEvent.objects.filter(kind="click")
        assert [click.charged for click in clicks] == [50_000]
        assert scenes.told(clicks[0].decision_id, AdClicked)

    def test_whoever_clicks_has_seen_it_so_no_rate_is_more_than_all(self) -> None:
        """Clicks of which the impression was never told made click-through rates of 814 % elsewhere."""
        campaign = scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        for _ in range(4):
            (ad,) = scenes.ads(scenes.look())
            scenes.click(ad)
            scenes.see(ad)
        scenes.settle()
        figure = Figure.objects.get(campaign_id=campaign.id)
        assert (figure.impressions, figure.clicks, figure.spent) == (4, 4, 200_000)
        arm = Arm.objects.get()
        assert (arm.shown, arm.clicked) == (4, 4)

    def test_a_token_that_was_changed_is_refused(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        forged = msgspec.structs.replace(ad, token=ad.token[:-8] + "AAAAAAAA")
        with pytest.raises(OfferInvalid):
            scenes.click(forged)
        assert scenes.see(forged) == 0

    def test_an_impression_of_several_slots_is_one_page(self) -> None:
        for name in ("Cola", "Lemonade", "Water"):
            scenes.running(scenes.advertiser(name=name))
        scenes.open_for_ads()
        shown = scenes.ads(scenes.look([Place(placement=Placement.HOME_CAROUSEL, slots=3)]))
        assert scenes.see(*shown[:2]) == 2
        assert scenes.see(*shown) == 1
        events = scenes.told(AdEvent.objects.first().decision_id, AdsShown)
        assert [[ad.slot for ad in event.ads] for event in events] == [[0, 1], [2]]


class TestWhatDoesNotCount:
    def click_with(self, origin: Origin, **more: object) -> AdEvent:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look(**more))
        assert scenes.click(ad, origin) == "https://cola.example/"
        scenes.settle()
        return AdEvent.objects.get(kind="click")

    def test_robots(self) -> None:
        click = self.click_with(
            scenes.PERSON._replace(user_agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
        )
        assert (click.verdict, click.charged) == (Verdict.BOT, 0)

    def test_other_countries(self, settings: object) -> None:
        click = self.click_with(scenes.PERSON._replace(country="FR"))
        assert (click.verdict, click.charged) == (Verdict.GEOGRAPHY, 0)

    def test_offers_whose_time_is_over(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        with clock.shift(timedelta(hours=2, minutes=1)):
            scenes.click(ad)
        assert AdEvent.objects.get(kind="click").verdict == Verdict.LATE

    def test_bursts(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        for _ in range(8):
            scenes.click(scenes.ads(scenes.look())[0])
        scenes.settle()
        verdicts = AdEvent.objects.filter(kind="click").order_by("at").values_list("verdict", flat=True)
        assert list(verdicts) == ["valid"] * 5 + ["burst"] * 3
        assert CampaignDay.objects.get().spent == 5 * 50_000


class TestCaps:
    def test_a_cap_holds_from_one_page_to_the_next(self) -> None:
        scenes.running(scenes.advertiser(), cap=2)
        scenes.open_for_ads()
        browser = scenes.browser()
        for _ in range(2):
            (ad,) = scenes.ads(scenes.look(device_id=browser))
            scenes.see(ad)
        assert scenes.ads(scenes.look(device_id=browser)) == []
        assert scenes.ads(scenes.look(device_id=scenes.browser()))

    def test_pages_that_were_open_at_the_same_time_do_not_cost_more_than_the_cap(self) -> None:
        scenes.running(scenes.advertiser(), cap=2, pricing_name=Pricing.CPM.value, bid=10 * scenes.POUND)
        scenes.open_for_ads()
        browser = scenes.browser()
        pages = [scenes.ads(scenes.look(device_id=browser))[0] for _ in range(4)]
        for ad in pages:
            scenes.see(ad)
        scenes.settle()
        verdicts = AdEvent.objects.order_by("at").values_list("verdict", flat=True)
        assert list(verdicts) == ["valid", "valid", "capped", "capped"]
        assert CampaignDay.objects.get().spent == 2 * 1_500

    def test_a_cap_survives_a_process_that_begins_anew(self) -> None:
        scenes.running(scenes.advertiser(), cap=1)
        scenes.open_for_ads()
        browser = scenes.browser()
        scenes.see(*scenes.ads(scenes.look(device_id=browser)))
        scenes.open_for_ads()
        assert scenes.ads(scenes.look(device_id=browser)) == []

    def test_a_cap_is_over_when_its_hours_are(self) -> None:
        scenes.running(scenes.advertiser(), cap=1, cap_hours=24)
        scenes.open_for_ads()
        browser = scenes.browser()
        scenes.see(*scenes.ads(scenes.look(device_id=browser)))
        with clock.shift(timedelta(hours=25)):
            assert scenes.ads(scenes.look(device_id=browser))


class TestBooks:
    def test_spend_is_legs_that_are_zero_together(self) -> None:
        campaign = scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        scenes.click(scenes.ads(scenes.look())[0])
        scenes.settle()
        legs = {posting.account: posting.micros for posting in Posting.objects.all()}
        assert legs == {"owed": 50_000, "revenue": -50_000}
        assert CampaignDay.objects.get(campaign_id=campaign.id).spent == 50_000

    def test_what_the_house_shows_costs_nothing(self) -> None:
        house = scenes.advertiser(kind_name=AdvertiserKind.HOUSE.value, name="Tiffin")
        scenes.running(house, landing="/account/membership/")
        scenes.open_for_ads()
        (ad,) = scenes.ads(scenes.look())
        assert not ad.charged
        assert scenes.click(ad) == "/account/membership/"
        scenes.settle()
        assert not Posting.objects.exists()

    def test_decisions_are_written_down_with_those_that_filled_nothing(self) -> None:
        scenes.running(scenes.advertiser(), cities=["london"])
        scenes.open_for_ads()
        scenes.look(point=None, city="london")
        scenes.look(point=None, city="manchester")
        scenes.settle()
        records = DecisionRecord.objects.order_by("at")
        assert [record.filled for record in records] == [1, 0]
        assert records[1].places[0]["no_fill"] == "nothing_live"
        assert records[0].places[0]["won"][0]["price"] == 50_000
        fill = Fill.objects.get()
        assert (fill.requests, fill.wanted, fill.filled) == (2, 2, 1)

    def test_no_address_is_kept(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        scenes.look()
        scenes.settle()
        assert DecisionRecord.objects.get().asked["point"] == {"lat": 51.51, "lon": -0.14}

    def test_of_whom_nothing_may_be_kept_nothing_is_kept(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.open_for_ads()
        scenes.see(*scenes.ads(scenes.look(device_id=uuid4())))
        scenes.settle()
        assert DecisionRecord.objects.get().viewer_id is None
        assert DecisionRecord.objects.get().asked["device_id"] is None
        assert AdEvent.objects.get().viewer_id is None


def test_a_change_is_told_to_processes_that_serve() -> None:
    campaign = scenes.running(scenes.advertiser())
    scenes.open_for_ads()
    campaigns.pause_campaign(campaign_id=campaign.id)
    keeper.put_campaigns([campaign.id])
    assert scenes.ads(scenes.look()) == []
    campaigns.resume_campaign(campaign_id=campaign.id)
    keeper.put_campaigns([campaign.id])
    assert scenes.ads(scenes.look())
