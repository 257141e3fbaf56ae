"""Ads in e-mails: for those who agreed to it, counted when they are handed over, clicked days later."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from modules.ads import services
from modules.ads.interface import Ad, AdConsent, Ads, NoFill, Place, Placement
from modules.ads.models import AdEvent, Campaign, DecisionRecord, Seen
from modules.ads.services import campaigns, habits, learning
from modules.ads.services.habits import Visit
from modules.ads.tests import scenes
from modules.restaurants.interface import RestaurantView
from tiffin import clock, db, ids
from tiffin.interfaces import CommandKey, call

pytestmark = pytest.mark.usefixtures("database")
MAIL = (Place(placement=Placement.EMAIL),)
HOME = Place(placement=Placement.HOME_CAROUSEL)


@pytest.fixture
def noodles() -> RestaurantView:
    made = scenes.restaurant()
    scenes.running(scenes.advertiser(made.id), placements=["email"])
    scenes.open_for_ads()
    return made


def customer(*, personal: bool = True, by_email: bool = True) -> UUID:
    found = ids.new_id()
    services.agree(found, personal=personal, by_email=by_email)
    return found


def mailed_to(somebody: UUID) -> Ad:
    decision = scenes.look(MAIL, customer_id=somebody)
    (ad,) = scenes.ads(decision)
    call(Ads).mailed(key=CommandKey(str(decision.id)), tokens=[ad.token])
    return ad


def verdicts() -> list[tuple[str, str]]:
    return list(AdEvent.objects.order_by("at").values_list("kind", "verdict"))


class TestWhoGetsOne:
    def test_who_did_not_agree_gets_none(self, noodles: RestaurantView) -> None:
        for somebody in (ids.new_id(), customer(by_email=False)):
            decision = scenes.look(MAIL, customer_id=somebody)
            assert [place.no_fill for place in decision.places] == [NoFill.NOT_AGREED]
            assert not scenes.ads(decision)
            scenes.settle()
            assert not DecisionRecord.objects.filter(pk=decision.id).exists()

    def test_a_browser_gets_none(self, noodles: RestaurantView) -> None:
        assert not scenes.ads(scenes.look(MAIL, device_id=scenes.browser()))

    def test_pages_are_as_they_were(self, noodles: RestaurantView) -> None:
        scenes.running(scenes.advertiser(), placements=["home_carousel"])
        scenes.open_for_ads()
        decision = scenes.look((HOME, *MAIL), customer_id=customer(by_email=False))
        scenes.settle()
        assert DecisionRecord.objects.get(pk=decision.id).places[1]["no_fill"] == "not_agreed"
        assert [place.placement for place in decision.places] == [Placement.HOME_CAROUSEL, Placement.EMAIL]
        assert [len(place.ads) for place in decision.places] == [1, 0]

    def test_of_whom_no_place_is_known_their_last_order_says_the_city(self, noodles: RestaurantView) -> None:
        somebody = customer()
        assert not scenes.ads(scenes.look(MAIL, customer_id=somebody, point=None))
        with db.transaction(owner="ads"):
            habits.learn([Visit(somebody, noodles.id, "gb", clock.now(), 2_000, ids.new_id())])
        assert scenes.ads(scenes.look(MAIL, customer_id=somebody, point=None))


class TestWhatCounts:
    def test_it_is_shown_once_it_was_handed_over(self, noodles: RestaurantView) -> None:
        ad = mailed_to(customer())
        call(Ads).mailed(key=CommandKey("again"), tokens=[ad.token])
        assert verdicts() == [("impression", "valid")]

    def test_a_click_days_later_is_paid_for_and_one_weeks_later_is_not(self, noodles: RestaurantView) -> None:
        first, second = mailed_to(customer()), mailed_to(customer())
        with clock.shift(timedelta(days=3)):
            scenes.click(first)
        with clock.shift(timedelta(days=8)):
            assert scenes.click(second) == "/r/noodle-bar/"
        assert verdicts()[2:] == [("click", "valid"), ("click", "late")]

    def test_a_mail_server_that_looks_at_once_where_links_lead_is_nobody(
        self, noodles: RestaurantView
    ) -> None:
        ad = mailed_to(customer())
        assert scenes.click(ad) == "/r/noodle-bar/"
        assert verdicts() == [("impression", "valid")]
        with clock.shift(timedelta(hours=1)):
            scenes.click(ad)
        assert verdicts() == [("impression", "valid"), ("click", "valid")]

    def test_a_click_on_what_has_ended_meanwhile_costs_nothing(self, noodles: RestaurantView) -> None:
        ad = mailed_to(customer())
        campaigns.end_campaign(campaign_id=Campaign.objects.get().id)
        with clock.shift(timedelta(days=1)):
            assert scenes.click(ad) == "/r/noodle-bar/"
        assert verdicts()[1:] == [("click", "late")]

    def test_prediction_does_not_take_who_has_not_read_it_yet_for_somebody_who_does_not_click(
        self, noodles: RestaurantView
    ) -> None:
        mailed_to(customer())
        scenes.settle()
        with clock.shift(timedelta(hours=1)):
            assert learning.learn_clicks() == 0


class TestConsent:
    def test_what_is_not_said_stays_as_it_was(self, database: None) -> None:
        somebody = customer()
        call(Ads).end_emails(key=CommandKey("end"), customer_id=somebody)
        assert call(Ads).consent(customer_id=somebody) == AdConsent(personal=True, by_email=False)

    def test_caps_hold_on_for_who_changes_only_what_comes_by_email(self, noodles: RestaurantView) -> None:
        somebody = customer(personal=False)
        mailed_to(somebody)
        services.agree(somebody, personal=False, by_email=False)
        assert Seen.objects.filter(viewer_id=somebody).exists()
