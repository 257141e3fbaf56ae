"""Some customers are never shown a campaign, so that it is known what they order without it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import example, given
from hypothesis import strategies as st

from modules.ads import services
from modules.ads.audit import holdouts_are_their_exposures
from modules.ads.engine.holding_out import is_held_out
from modules.ads.engine.viewer import Viewer
from modules.ads.errors import CampaignRefused
from modules.ads.interface import Placement
from modules.ads.models import Campaign, DecisionRecord, Exposure, Lift
from modules.ads.selectors.lift import ENOUGH_ORDERS, Group, together
from modules.ads.selectors.reports import Asked, Grain, Report, report
from modules.ads.services import campaigns, measuring
from modules.ads.services.habits import Visit
from modules.ads.services.report_files import csv_lines
from modules.ads.tests import scenes
from modules.ads.tests.engine_world import Town, shown
from modules.restaurants.interface import RestaurantView
from tiffin import clock, db, ids, regions
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.audit import Inspection
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import token

GB = regions.get("gb")
HALF = 5_000


def agreed(campaign: Campaign, *, held_out: bool) -> UUID:
    """A customer who agreed to be measured."""
    customer = next(customers(campaign.id, held_out=held_out))
    services.agree(customer, personal=True, by_email=False)
    return customer


def customers(campaign: UUID, *, held_out: bool) -> Iterator[UUID]:
    """Those who are held out of it, or are not."""
    while True:
        customer = ids.new_id()
        if is_held_out(customer, campaign, HALF) is held_out:
            yield customer


class TestWhoIsHeldOut:
    def test_the_same_share_of_each_campaign_and_each_another(self) -> None:
        viewers, one, other = [uuid4() for _ in range(4_000)], uuid4(), uuid4()
        of_one = {viewer for viewer in viewers if is_held_out(viewer, one, 1_000)}
        of_other = {viewer for viewer in viewers if is_held_out(viewer, other, 1_000)}
        assert 300 < len(of_one) < 500  # 400 ± 5 standard deviations
        assert len(of_one & of_other) < 90  # a tenth of them, by chance
        assert of_one == {viewer for viewer in viewers if is_held_out(viewer, one, 1_000)}

    def test_nobody_and_everybody(self) -> None:
        assert not any(is_held_out(uuid4(), uuid4(), 0) for _ in range(100))
        assert all(is_held_out(uuid4(), uuid4(), 10_000) for _ in range(100))


class TestTheAuction:
    def test_the_slot_is_the_next_ones_who_does_not_pay_for_it(self) -> None:
        town = Town()
        best = town.flight(bid=900_000, holdout=HALF)
        town.flight(bid=500_000)
        held_out = Viewer(
            next(customers(best.campaign_id, held_out=True)), is_customer=True, is_personal=True
        )
        placed = town.ask(viewer=held_out)
        assert best.id not in shown(placed)
        assert ([flight.id for flight in placed.ghosts], placed.won[0].price) == ([best.id], 0)
        assert placed.skipped == {"holdout": 1}

    def test_whoever_wins_before_pays_as_if_the_held_out_one_was_not_there(self) -> None:
        town = Town()
        first = town.flight(bid=900_000)
        second = town.flight(bid=800_000, holdout=HALF)
        town.flight(bid=100_000)
        held_out = Viewer(
            next(customers(second.campaign_id, held_out=True)), is_customer=True, is_personal=True
        )
        other = Viewer(
            next(customers(second.campaign_id, held_out=False)), is_customer=True, is_personal=True
        )
        (cheap,), (dear,) = town.ask(viewer=held_out).won, town.ask(viewer=other).won
        assert cheap.flight.id == dear.flight.id == first.id
        assert cheap.price < 110_000 < dear.price

    def test_who_would_not_have_won_is_no_ghost(self) -> None:
        town = Town()
        town.flight(bid=900_000)
        second = town.flight(bid=800_000, holdout=HALF)
        held_out = Viewer(
            next(customers(second.campaign_id, held_out=True)), is_customer=True, is_personal=True
        )
        assert not town.ask(viewer=held_out).ghosts
        assert [each.id for each in town.ask(slots=2, viewer=held_out).ghosts] == [second.id]

    def test_browsers_do_not_order_and_are_not_held_out(self) -> None:
        town = Town()
        best = town.flight(bid=900_000, holdout=HALF)
        browser = Viewer(next(customers(best.campaign_id, held_out=True)))
        assert shown(town.ask(viewer=browser)) == [best.id]

    def test_of_whom_nothing_is_kept_nobody_is_held_out(self) -> None:
        town = Town()
        best = town.flight(bid=900_000, holdout=HALF)
        customer = Viewer(next(customers(best.campaign_id, held_out=True)), is_customer=True)
        assert shown(town.ask(viewer=customer)) == [best.id]

    def test_the_money_of_the_held_out_is_there_for_others(self) -> None:
        town = Town()
        best = town.flight(bid=500_000, money=25_000, holdout=HALF)
        held_out = Viewer(
            next(customers(best.campaign_id, held_out=True)), is_customer=True, is_personal=True
        )
        for _ in range(20):
            assert town.ask(viewer=held_out).ghosts
        other = Viewer(next(customers(best.campaign_id, held_out=False)), is_customer=True, is_personal=True)
        assert shown(town.ask(viewer=other)) == [best.id]


@pytest.fixture
def noodles(database: None) -> RestaurantView:
    return scenes.restaurant()


@pytest.fixture
def campaign(noodles: RestaurantView) -> Campaign:
    made = scenes.running(scenes.advertiser(noodles.id), holdout=HALF)
    scenes.open_for_ads()
    return made


def order(customer: UUID, at: RestaurantView) -> UUID:
    visit = Visit(customer, at.id, "gb", clock.now(), 2_000, ids.new_id())
    with db.transaction(owner="ads"):
        measuring.count_orders([visit])
    assert visit.order_id is not None
    return visit.order_id


def lift(campaign: Campaign, *, ghosts: bool) -> tuple[int, int, int]:
    row = Lift.objects.get(campaign_id=campaign.id, is_ghost=ghosts)
    return row.viewers, row.orders, row.squares


def assert_sums_agree() -> None:
    looked = Inspection("rules", "ads")
    holdouts_are_their_exposures(looked)
    assert (looked.looked_at > 0, looked.broken) == (True, 0), looked.result()


class TestWhatIsMeasured:
    def test_both_are_counted_when_the_slot_is_won(self, noodles: RestaurantView, campaign: Campaign) -> None:
        # Given a customer who is shown the campaign, twice, and one who never is
        seer = agreed(campaign, held_out=False)
        ghost = agreed(campaign, held_out=True)
        assert scenes.ads(scenes.look(customer_id=seer))
        assert scenes.ads(scenes.look(customer_id=seer))
        unseen = scenes.look(customer_id=ghost)
        assert not scenes.ads(unseen)
        scenes.settle()
        (place,) = DecisionRecord.objects.get(pk=unseen.id).places
        assert place["held_out"] == [str(campaign.flights.get().id)]
        # When both order, one of them three times, and somebody who was never there
        for customer in (seer, seer, seer, ghost, ids.new_id()):
            order(customer, noodles)
        order(seer, scenes.restaurant("other-bar"))
        # Then each is in its group, with its orders and their square
        assert lift(campaign, ghosts=False) == (1, 3, 9)
        assert lift(campaign, ghosts=True) == (1, 1, 1)
        assert_sums_agree()

    def test_what_is_cancelled_or_comes_much_later_does_not_count(
        self, noodles: RestaurantView, campaign: Campaign
    ) -> None:
        seer = agreed(campaign, held_out=False)
        order(seer, noodles)  # before they saw it
        scenes.look(customer_id=seer)
        scenes.settle()
        kept, cancelled = order(seer, noodles), order(seer, noodles)
        assert lift(campaign, ghosts=False) == (1, 2, 4)
        for _ in range(2):
            with db.transaction(owner="ads"):
                measuring.take_back_order(cancelled)
        assert lift(campaign, ghosts=False) == (1, 1, 1)
        with clock.shift(measuring.WINDOW + timedelta(minutes=1)):
            order(seer, noodles)
        assert lift(campaign, ghosts=False) == (1, 1, 1)
        assert kept != cancelled
        assert_sums_agree()

    def test_whoever_is_forgotten_counts_on_as_nobody(
        self, noodles: RestaurantView, campaign: Campaign
    ) -> None:
        seer = agreed(campaign, held_out=False)
        scenes.look(customer_id=seer)
        scenes.settle()
        order(seer, noodles)
        with db.transaction(owner="ads"):
            measuring.forget(seer)
        assert Exposure.objects.get().viewer_id is None
        assert lift(campaign, ghosts=False) == (1, 1, 1)
        assert_sums_agree()

    def test_who_does_not_agree_any_more_counts_on_as_nobody_and_in_nothing_later(
        self, noodles: RestaurantView, campaign: Campaign
    ) -> None:
        seer = agreed(campaign, held_out=False)
        scenes.look(customer_id=seer)
        scenes.settle()
        other = agreed(campaign, held_out=False)
        scenes.look(customer_id=other)  # written down only after they took it back
        for somebody in (seer, other):
            services.agree(somebody, personal=False)
        scenes.look(customer_id=seer)
        scenes.settle()
        order(seer, noodles)
        assert Exposure.objects.get().viewer_id is None
        assert lift(campaign, ghosts=False) == (1, 0, 0)
        assert_sums_agree()

    def test_a_campaign_that_has_begun_keeps_its_groups(self, campaign: Campaign) -> None:
        scenes.look(customer_id=agreed(campaign, held_out=True))
        scenes.settle()
        campaigns.reject_campaign(campaign_id=campaign.id, note="Too loud.")
        campaign.holdout = 100
        with pytest.raises(CampaignRefused, match="held out of it already"):
            campaigns.change_campaign(campaign, fields=["holdout"])

    @pytest.mark.usefixtures("database")
    @pytest.mark.parametrize("holdout", [-1, 5_001])
    def test_not_more_than_half_are_held_out(self, holdout: int) -> None:
        with pytest.raises(ValidationError):
            scenes.draft(scenes.advertiser(scenes.restaurant().id), holdout=holdout)

    @pytest.mark.usefixtures("database")
    def test_a_brand_has_no_orders_to_measure(self) -> None:
        with pytest.raises(ValidationError, match="measured for a restaurant"):
            scenes.draft(scenes.advertiser(), holdout=500)


class TestTheEstimate:
    def test_who_saw_it_against_who_did_not_scaled_to_all_who_saw_it(self) -> None:
        # 10,000 saw it and ordered 600 times, each once; of 1,000 who did not 40 did
        found = together([(Group(10_000, 600, 600), Group(1_000, 40, 40))])
        assert found.estimate is not None
        # 10,000 × (0.06 - 0.04); its error 10,000 × √(0.0564/9,999 + 0.0384/999) = 66.4
        assert found.estimate.orders == pytest.approx(200)
        assert found.estimate.high - found.estimate.orders == pytest.approx(1.96 * 66.4, rel=0.01)
        assert found.estimate.low == pytest.approx(200 - 1.96 * 66.4, rel=0.01)

    def test_few_orders_say_nothing_yet(self) -> None:
        # Of 209 orders 19,000 and 1,000 viewers would have 10 in the smaller group, of 199 not
        few = ENOUGH_ORDERS * 20
        assert together([(Group(19_000, few, few), Group(1_000, 9, 9))]).estimate is not None
        assert together([(Group(19_000, few - 10, few - 10), Group(1_000, 9, 9))]).estimate is None
        assert together([]).estimate is None

    def test_which_campaigns_count_says_nothing_of_what_they_brought(self) -> None:
        """Where both groups order alike, the estimates of many campaigns come to nothing together, also where
        those held out have so few orders that chance takes them across the line."""
        random = np.random.default_rng(3)
        found = []
        for expected in (50, 11) * 400:
            held = int(random.poisson(expected))
            seen = int(random.poisson(expected * 19))
            found.append((Group(9_500, seen, seen), Group(500, held, held)))

        told = together(found)

        assert told.estimate is not None
        assert told.estimate.low <= 0 <= told.estimate.high

    def test_campaigns_add_up_and_so_does_what_is_not_known_of_them(self) -> None:
        pair = (Group(10_000, 600, 600), Group(1_000, 40, 40))
        one, two = together([pair]), together([pair, pair, (Group(5, 5, 5), Group(1, 1, 1))])
        assert one.estimate is not None
        assert two.estimate is not None
        assert (two.campaigns, two.counted) == (3, 2)
        assert two.estimate.orders == pytest.approx(2 * one.estimate.orders)
        wide, narrow = (each.estimate.high - each.estimate.orders for each in (two, one) if each.estimate)
        assert wide == pytest.approx(narrow * 2**0.5)

    @given(
        viewers=st.integers(100, 10**6),
        ghosts=st.integers(100, 10**5),
        orders=st.integers(10, 100),
        of_ghosts=st.integers(0, 100),
    )
    @example(viewers=100, ghosts=100, orders=28, of_ghosts=0)
    def test_it_lies_in_its_interval(self, viewers: int, ghosts: int, orders: int, of_ghosts: int) -> None:
        found = together([(Group(viewers, orders, orders), Group(ghosts, of_ghosts, of_ghosts))]).estimate
        everybody, fewer = viewers + ghosts, min(viewers, ghosts)
        assert (found is not None) == ((orders + of_ghosts) * fewer >= ENOUGH_ORDERS * everybody)
        if found is None:
            return
        assert found.low <= found.orders <= found.high
        assert found.orders <= orders  # nobody can have brought more than there were


def test_a_holdout_reaches_decisions(campaign: Campaign) -> None:
    ghost = agreed(campaign, held_out=True)
    decision = scenes.look(customer_id=ghost)
    assert [place.placement for place in decision.places] == [Placement.HOME_CAROUSEL]
    assert not scenes.ads(decision)
    scenes.settle()
    assert Exposure.objects.get().is_ghost


@pytest.mark.usefixtures("database")
class TestReports:
    """Of three days: nobody new on the second."""

    @pytest.fixture
    def days(self) -> list[date]:
        campaign = scenes.running(scenes.advertiser())
        last = GB.local(clock.now()).date()
        days = [last - timedelta(days=ago) for ago in (2, 1, 0)]
        for day, viewers, ghosts in ((days[0], 90, 8), (days[2], 900, 92)):
            for is_ghost, count, orders in ((False, viewers, viewers // 9), (True, ghosts, ghosts // 18)):
                Lift.objects.create(
                    campaign_id=campaign.id,
                    day=day,
                    is_ghost=is_ghost,
                    viewers=count,
                    orders=orders,
                    squares=orders,
                )
        return days

    def asked(self, days: list[date], grain: Grain = Grain.DAY) -> Report:
        return report(Asked(region=GB, first=days[0], last=days[-1], grain=grain))

    def test_each_day_is_told_with_those_before_it(self, days: list[date]) -> None:
        found = self.asked(days)
        counted = [(step.lift.shown.viewers, step.lift.held_out.viewers) for step in found.steps]
        assert counted == [(90, 8), (90, 8), (990, 100)]
        assert [step.lift.estimate is not None for step in found.steps] == [False, False, True]
        assert found.steps[-1].lift == found.lift

    def test_hours_have_what_is_known_of_their_day(self, days: list[date]) -> None:
        hours = self.asked(days, Grain.HOUR).steps
        assert [hours[place].lift.shown.viewers for place in (0, 23, 47, 48, -1)] == [90, 90, 90, 990, 990]

    def test_files_and_charts_say_it(self, days: list[date]) -> None:
        lines = list(csv.DictReader(csv_lines(self.asked(days))))
        assert [line["customers_shown"] for line in lines] == ["90", "90", "990"]
        # 110 orders of 990 customers and 5 of 100 who were held out
        assert [line["incremental_orders"] for line in lines] == ["", "", "60.5"]
        scenes.open_for_ads()
        scenes.look()
        scenes.settle()
        client = Client()
        finance = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("finance",), regions=(EVERY_REGION,))
        client.cookies[STAFF_COOKIE] = token(finance)
        page = client.get(f"/admin/ads/figure/report/?region=gb&first={days[0]}&last={days[-1]}")
        assert "Incremental orders so far" in page.content.decode()
