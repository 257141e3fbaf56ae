"""Reports say what happened, by hours and days of the region's clocks."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from modules.ads import audit
from modules.ads.errors import ReportTooLong
from modules.ads.interface import Pacing, Placement, Pricing
from modules.ads.models import AdEvent, Calibration, Campaign, CampaignDay, Figure, Fill, Lift, Unfilled
from modules.ads.selectors import planning
from modules.ads.selectors.calibration import calibrated
from modules.ads.selectors.reports import Asked, Grain, report, step_of
from modules.ads.services.keeping import keeper
from modules.ads.services.learning import bucket_of
from modules.ads.services.refunding import refund_event
from modules.ads.services.report_files import COLUMNS, csv_lines
from modules.ads.tests import scenes
from tiffin import clock, db, ids, regions
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.audit import Inspection
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import token

pytestmark = pytest.mark.usefixtures("database")

GB = regions.get("gb")
TWO = scenes.Place(placement=Placement.HOME_CAROUSEL, slots=2)


def asked(**more: Any) -> Asked:
    today = GB.local(clock.now()).date()
    return Asked(**{"region": GB, "first": today, "last": today, **more})


def happened() -> None:
    """One ad seen and clicked, one seen, and one slot of each page empty."""
    scenes.open_for_ads()
    first, second = (scenes.ads(scenes.look([TWO]))[0] for _ in range(2))
    scenes.click(first)
    scenes.see(second)
    scenes.settle()


def test_what_a_campaign_brings_is_not_that_of_one_of_its_placements() -> None:
    campaign = scenes.running(scenes.advertiser())
    for is_ghost, viewers, orders in ((False, 900, 90), (True, 100, 5)):
        Lift.objects.create(
            campaign_id=campaign.id,
            day=GB.local(clock.now()).date(),
            is_ghost=is_ghost,
            viewers=viewers,
            orders=orders,
            squares=orders,
        )

    assert report(asked()).lift.campaigns == 1
    assert report(asked(placement=Placement.HOME_CAROUSEL)).lift.campaigns == 0


def test_where_clocks_are_half_an_hour_beside_utc_nothing_is_lost() -> None:
    """The steps of Kolkata begin at half past of UTC."""
    begins = [datetime(2026, 3, 1, 18, 30, tzinfo=UTC) + timedelta(hours=hour) for hour in range(25)]
    hours = [datetime(2026, 3, 1, 18, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24)]

    found = [step_of(hour, begins) for hour in hours]

    assert found == [begins[0], *begins[:23]]


def figure(hour: datetime, campaign: Campaign, **numbers: int) -> None:
    Figure.objects.create(
        hour=hour,
        region="gb",
        placement="home_carousel",
        campaign_id=campaign.id,
        flight_id=ids.new_id(),
        creative_id=ids.new_id(),
        **numbers,
    )


class TestWhatIsSaid:
    def test_of_a_region_what_was_asked_filled_seen_clicked_and_paid(self) -> None:
        campaign = scenes.running(scenes.advertiser())
        happened()
        found = report(asked())
        spent = AdEvent.objects.get(kind="click").charged
        assert found.slots is not None
        assert (found.slots.requests, found.slots.wanted, found.slots.filled, found.slots.rate) == (
            2,
            4,
            2,
            0.5,
        )
        assert (found.sums.impressions, found.sums.clicks, found.sums.rate) == (2, 1, 0.5)
        assert found.sums.spent == found.sums.per_click == found.by_pricing["cpc"].spent == spent > 0
        assert found.sums.per_order is None
        assert found.by_placement["home_carousel"].impressions == 2
        assert [(each.id, each.name) for each in found.by_campaign] == [(campaign.id, "Lunch")]
        assert found.empty == {"too_few": 2}

    def test_why_slots_stayed_empty(self) -> None:
        scenes.open_for_ads()
        scenes.look()
        noodles = scenes.restaurant()
        scenes.running(
            scenes.advertiser(noodles.id),
            placements=["home_carousel"],
            creatives=[{"headlines": {"": "{dish}"}}],
        )
        scenes.running(scenes.advertiser(), placements=["email"])
        scenes.open_for_ads()
        scenes.look([scenes.Place(placement=Placement.TRACKING_PAGE)])
        scenes.settle()
        assert report(asked()).empty == {"nothing_live": 1, "placement": 1}
        assert report(asked(placement=Placement.TRACKING_PAGE)).empty == {"placement": 1}

    def test_an_advertiser_sees_its_own_and_no_slots(self) -> None:
        one, other = scenes.advertiser(), scenes.advertiser(scenes.restaurant().id)
        first, second = scenes.running(one), scenes.running(other)
        now = clock.now().replace(minute=0, second=0, microsecond=0)
        figure(now, first, impressions=7, clicks=2, spent=5)
        figure(now, second, impressions=70)
        for which in ({"advertiser_id": one.id}, {"campaign_id": first.id}):
            found = report(asked(**which))
            assert (found.sums.impressions, found.sums.spent, found.slots, found.empty) == (7, 5, None, {})
        assert report(asked(placement=Placement.EMAIL)).sums.impressions == 0

    def test_days_are_those_of_the_region(self) -> None:
        campaign = scenes.running(scenes.advertiser())
        # London has summer time: its 1 July begins at 23:00 UTC
        for hour, count in ((22, 1), (23, 10)):
            figure(datetime(2026, 6, 30, hour, tzinfo=UTC), campaign, impressions=count)
        found = report(asked(first=date(2026, 6, 30), last=date(2026, 7, 1)))
        assert [step.sums.impressions for step in found.steps] == [1, 10]

    def test_a_day_on_which_the_clocks_change_has_25_hours(self) -> None:
        day = date(2026, 10, 25)
        assert len(report(asked(first=day, last=day, grain=Grain.HOUR)).steps) == 25

    @pytest.mark.parametrize(
        ("days", "grain"), [(0, Grain.DAY), (367, Grain.DAY), (32, Grain.HOUR), (-5, Grain.HOUR)]
    )
    def test_no_report_is_of_more_than_it_can_show(self, days: int, grain: Grain) -> None:
        last = date(2026, 7, 1)
        with pytest.raises(ReportTooLong):
            report(asked(first=last - timedelta(days=days - 1), last=last, grain=grain))


class TestPacing:
    def test_what_was_spent_against_the_plan_of_the_day(self) -> None:
        # Given a campaign of ten days whose even share of the budget is 10 a day
        noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
        with clock.hold(noon - timedelta(days=2)):
            campaign = scenes.running(
                scenes.advertiser(),
                pacing_name=Pacing.EVEN.value,
                starts_at=noon.replace(hour=0),
                ends_at=noon.replace(hour=0) + timedelta(days=10),
            )
        figure(noon.replace(hour=11), campaign, spent=scenes.POUND)
        with clock.hold(noon):
            found = report(asked(first=noon.date(), last=noon.date(), grain=Grain.HOUR))
        # Then until noon the plan is what the curve of the day has until then, and no more
        planned = [step.pace.planned for step in found.steps if step.pace]
        assert len(planned) == 24
        assert planned[12:] == [0] * 12
        assert planned[11] > planned[3] > 0
        assert found.pace is not None
        assert (found.pace.spent, found.pace.planned) == (scenes.POUND, sum(planned))
        assert 0 < found.pace.planned < 10 * scenes.POUND
        # And when the day is over it is the day's money
        with clock.hold(noon + timedelta(days=1)):
            found = report(asked(first=noon.date(), last=noon.date()))
        assert found.pace is not None
        assert found.pace.planned == 10 * scenes.POUND

    def test_a_day_after_one_that_spent_little_is_for_more(self) -> None:
        noon = datetime(2026, 11, 25, 12, tzinfo=UTC)
        with clock.hold(noon - timedelta(days=2)):
            campaign = scenes.running(
                scenes.advertiser(),
                pacing_name=Pacing.EVEN.value,
                starts_at=noon.replace(hour=0),
                ends_at=noon.replace(hour=0) + timedelta(days=2),
            )
        CampaignDay.objects.create(campaign_id=campaign.id, day=noon.date(), spent=20 * scenes.POUND)
        with clock.hold(noon + timedelta(days=3)):
            found = report(asked(first=noon.date(), last=noon.date() + timedelta(days=2)))
        planned = [step.pace.planned for step in found.steps if step.pace]
        assert planned == [50 * scenes.POUND, 80 * scenes.POUND, 0]

    def test_who_spends_as_fast_as_it_goes_has_no_plan(self) -> None:
        scenes.running(scenes.advertiser())
        assert report(asked()).pace is None


class TestTrueToWhatHappened:
    def test_figures_stay_what_the_events_say_whatever_becomes_of_them(self) -> None:
        scenes.running(scenes.advertiser())
        scenes.running(
            scenes.advertiser(scenes.restaurant().id), pricing_name=Pricing.CPM.value, bid=10 * scenes.POUND
        )
        happened()
        self.assert_true()
        refund_event(event_id=AdEvent.objects.get(kind="click").id, note="A test of ours.")
        self.assert_true()
        assert report(asked()).sums.filtered == 1

    def test_what_is_not_true_is_found(self) -> None:
        scenes.running(scenes.advertiser())
        happened()
        with db.transaction(owner="ads"):
            Figure.objects.update(clicks=2, spent=1)
        broken = {rule.__name__: self.look(rule).broken for rule in RULES}
        assert broken == {
            "figures_are_their_events": 1,
            "spending_is_the_same_everywhere": 1,
            "entries_are_zero": 0,
            "holdouts_are_their_exposures": 0,
        }
        with db.transaction(owner="ads"):
            Lift.objects.create(campaign_id=ids.new_id(), day=clock.now().date(), is_ghost=True, viewers=1)
        assert self.look(audit.holdouts_are_their_exposures).broken == 1

    def assert_true(self) -> None:
        for rule in RULES:
            assert self.look(rule).broken == 0, self.look(rule).result()
        assert self.look(audit.figures_are_their_events).looked_at > 0

    def look(self, rule: Any) -> Inspection:
        inspection = Inspection("rules", "ads")
        rule(inspection)
        return inspection


RULES = (
    audit.figures_are_their_events,
    audit.spending_is_the_same_everywhere,
    audit.entries_are_zero,
    audit.holdouts_are_their_exposures,
)


def test_a_file_has_a_line_for_each_hour() -> None:
    scenes.running(scenes.advertiser())
    happened()
    heading, *lines = csv.reader(csv_lines(report(asked(grain=Grain.HOUR))))
    assert tuple(heading) == COLUMNS
    assert len(lines) == 24
    sums = dict.fromkeys(("slots", "filled", "impressions", "clicks", "spent_micros"), 0)
    for line in lines:
        row = dict(zip(heading, line, strict=True))
        assert (row["region"], row["currency"], row["time_zone"]) == ("gb", "GBP", "Europe/London")
        for name in sums:
            sums[name] += int(row[name])
    spent = AdEvent.objects.get(kind="click").charged
    assert sums == {"slots": 4, "filled": 2, "impressions": 2, "clicks": 1, "spent_micros": spent}


class TestCalibration:
    def test_tenths_of_the_impressions_from_the_least_likely(self) -> None:
        today = clock.now().date()
        for tenth in range(1, 21):
            likely = 1_000 * tenth
            Calibration.objects.create(
                day=today - timedelta(days=tenth % 2),  # neighbours may be in one bucket
                bucket=bucket_of(likely),
                shown=500,
                predicted=500 * likely,
                clicked=tenth // 2,
            )
        found = calibrated(today - timedelta(days=1), today)
        assert len(found.tenths) == 10
        assert [each.predicted for each in found.tenths] == sorted(each.predicted for each in found.tenths)
        assert sum(each.shown for each in found.tenths) == found.whole.shown

    def test_the_error_is_how_far_apart_they_are(self) -> None:
        today = clock.now().date()
        # 2 of 100 were predicted and 3 came; 10 of 100 were predicted and came
        for predicted, clicked in ((20_000, 30), (100_000, 100)):
            Calibration.objects.create(
                day=today,
                bucket=bucket_of(predicted),
                shown=1_000,
                predicted=1_000 * predicted,
                clicked=clicked,
            )
        found = calibrated(today, today)
        assert found.error == pytest.approx(0.5)
        assert [each.ratio for each in found.tenths] == pytest.approx([1.5, 1.0])

    def test_nothing_was_learned_of(self) -> None:
        found = calibrated(date(2020, 1, 1), date(2020, 1, 2))
        assert (found.tenths, found.error, found.whole.ratio) == ([], None, None)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_likelier_click_is_in_no_lower_bucket(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert bucket_of(low) <= bucket_of(high)


class TestStaffPages:
    @pytest.fixture
    def desk(self) -> Client:
        client = Client()
        actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("finance",), regions=(EVERY_REGION,))
        client.cookies[STAFF_COOKIE] = token(actor)
        return client

    def page(self, desk: Client, path: str) -> str:
        answer = desk.get(f"/admin/{path}")
        assert answer.status_code == 200, answer
        return str(answer.content.decode())

    def test_the_report_has_cards_charts_and_a_table(self, desk: Client) -> None:
        campaign = scenes.running(scenes.advertiser(), pacing_name=Pacing.EVEN.value)
        happened()
        page = self.page(desk, "ads/figure/report/?region=gb&grain=hour")
        for said in ("Slots filled", "50.00%", "Spent and planned", "too_few", "Cola: Lunch", "Not measured"):
            assert said in page
        page = self.page(desk, f"ads/figure/report/?region=gb&campaign={campaign.id}")
        assert "Slots filled" not in page
        assert "Cola" in page

    def test_nothing_happened(self, desk: Client) -> None:
        assert "No page asked for ads" in self.page(desk, "ads/figure/report/?region=pl&first=x&grain=year")
        assert "learned of no impression" in self.page(desk, "ads/figure/calibration/")

    @pytest.mark.parametrize("days", ["first=0001-01-01", "last=0001-01-01", "last=9999-12-31", "last=1e9"])
    def test_days_that_no_report_has_are_left_out(self, desk: Client, days: str) -> None:
        today = GB.local(clock.now()).date()
        assert f'name="last" value="{today}"' in self.page(desk, f"ads/figure/report/?region=gb&{days}")
        file = desk.get(f"/admin/ads/figure/report/export.csv?region=gb&{days}")
        assert f"ads-gb-{today - timedelta(days=6)}-{today}-day.csv" in file["Content-Disposition"]

    def test_why_nothing_is_said_of_pacing(self, desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given as many evenly paced campaigns as are worked out, and one more
        monkeypatch.setattr(planning, "MOST_CAMPAIGNS", 1)
        brand = scenes.advertiser()
        for _ in range(2):
            scenes.running(brand, pacing_name=Pacing.EVEN.value)
        happened()
        one = Figure.objects.filter(clicks=1).values_list("campaign_id", flat=True).get()
        # When staff read of all of them, and of one
        pages = [self.page(desk, f"ads/figure/report/?region=gb{more}") for more in ("", f"&campaign={one}")]
        # Then it is said why there is no pace where there is none
        assert ["Pacing is worked out for up to 1 campaigns" in page for page in pages] == [True, False]
        assert ["Spent of the plan so far" in page for page in pages] == [False, True]

    def test_too_many_days_are_refused(self, desk: Client) -> None:
        long = "region=gb&first=2020-01-01&last=2026-01-01"
        assert "1 to 366 days" in self.page(desk, f"ads/figure/report/?{long}")
        assert desk.get(f"/admin/ads/figure/report/export.csv?{long}").status_code == 422

    def test_the_file_is_streamed_and_who_took_it_recorded(self, desk: Client) -> None:
        scenes.running(scenes.advertiser())
        happened()
        answer = desk.get("/admin/ads/figure/report/export.csv?region=gb&grain=hour")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert len(lines) == 1 + 7 * 24
        assert ",".join(COLUMNS) == lines[0]

    def test_only_those_of_the_staff_s_regions(self) -> None:
        client = Client()
        actor = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("finance",), regions=("atlantis",))
        client.cookies[STAFF_COOKIE] = token(actor)
        assert "nothing for you to see" in self.page(client, "ads/figure/report/?region=gb")
        assert client.get("/admin/ads/figure/report/export.csv?region=gb").status_code == 403
        client.cookies[STAFF_COOKIE] = token(
            Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("engineer",), regions=(EVERY_REGION,))
        )
        for path in ("report/", "report/export.csv", "calibration/"):
            assert client.get(f"/admin/ads/figure/{path}").status_code == 403

    def test_the_calibration_has_tenths(self, desk: Client) -> None:
        Calibration.objects.create(
            day=clock.now().date(), bucket=bucket_of(20_000), shown=1_000, predicted=20_000_000, clicked=30
        )
        page = self.page(desk, "ads/figure/calibration/?days=28")
        assert "3.000 of a hundred, and 2.000 were predicted" in page

    def test_ads_are_on_the_board(self, desk: Client) -> None:
        assert "Ad slots filled" not in self.page(desk, "dashboard/?region=gb")
        scenes.running(scenes.advertiser())
        happened()
        board = self.page(desk, "dashboard/?region=gb")
        for said in ("Ad slots filled", "50.0%", "Spent on ads", "by the hour"):
            assert said in board


def test_what_is_counted_of_places_is_what_was_filled() -> None:
    """A slot whose winner could not be filled with words was not filled."""
    noodles = scenes.restaurant()
    scenes.running(scenes.advertiser(noodles.id), creatives=[{"headlines": {"": "{dish}"}}])
    scenes.open_for_ads()
    for title in ("Ramen", "Gyoza"):
        keeper.put_availability(scenes.dish(noodles, title), available=False, until=None)
    assert not scenes.ads(scenes.look())
    scenes.settle()
    assert Fill.objects.get().filled == 0
    assert {each.reason: each.slots for each in Unfilled.objects.all()} == {"no_creative": 1}
