"""What a region's programme offers, as customers and programs read it: tiers, and the campaigns of now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from modules.rewards.interface import Rewards
from modules.rewards.models import Campaign, CampaignKind
from modules.rewards.services.campaigns import create_campaign, end_campaign
from modules.rewards.tests.earnings import campaign, confirmed
from modules.rewards.tests.test_sending import person
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.regions import UnknownRegion

pytestmark = pytest.mark.database
MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)


def tiers_for(customer, region: str = "pl"):
    return person(customer).get(f"/api/v1/rewards/tiers?region={region}").json()["results"]


def offered(region: str = "gb"):
    return APIClient().get(f"/api/v1/rewards/campaigns?region={region}").json()["results"]


def ordered(customer, points: int) -> None:
    """In Poland, for so many points."""
    confirmed(customer, points * 100, region="pl")


# --- tiers -----------------------------------------------------------------------------------------------


def test_who_has_earned_nothing_sees_what_each_tier_takes_and_brings(database) -> None:
    silver, gold = tiers_for(ids.new_id())

    assert (silver["code"], silver["title"], silver["from_points"]) == ("silver", "Srebrny", 1500)
    assert (silver["multiplier"], silver["benefits"]) == ("1.25", ["priority_support"])
    assert [tier["missing"] for tier in (silver, gold)] == [1500, gold["from_points"]]
    assert [(tier["mine"], tier["until"]) for tier in (silver, gold)] == [(False, None)] * 2


def test_the_customers_own_tier_is_marked_and_what_is_missing_for_the_next_is_told(database) -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        ordered(customer, 1600)
    with clock.hold(MAY + timedelta(days=1)):
        silver, gold = tiers_for(customer)
        of_account = call(Rewards).account(customer_id=customer, region="pl").membership

    assert (silver["mine"], silver["missing"]) == (True, 0)
    assert silver["until"] == of_account.until.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert (gold["mine"], gold["until"], gold["missing"]) == (False, None, of_account.points_to_next)
    assert gold["missing"] == gold["from_points"] - 1600


def test_a_tier_kept_from_the_period_before_misses_nothing_and_the_next_all_that_is_earned_anew(
    database,
) -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        ordered(customer, 1600)
    with clock.hold(datetime(2027, 1, 15, 12, tzinfo=UTC)):
        silver, gold = tiers_for(customer)

    assert (silver["mine"], silver["missing"]) == (True, 0)
    assert gold["missing"] == gold["from_points"]


# --- campaigns -------------------------------------------------------------------------------------------


def test_anybody_sees_the_campaigns_on_offer_and_nothing_that_is_the_platforms(database) -> None:
    shop = ids.new_id()
    campaign(
        CampaignKind.BONUS, title="Ramen", points=50, restaurant_id=shop, partner="Noodles Ltd", budget=900
    )
    rain = campaign(CampaignKind.MULTIPLIER, title="Rain", multiplier="2.00", region="pl")

    (ramen,) = offered()
    (polish,) = offered("pl")

    assert (ramen["title"], ramen["kind"], ramen["points"]) == ("Ramen", "bonus", 50)
    assert (ramen["multiplier"], ramen["restaurant_id"]) == (None, str(shop))
    assert (polish["multiplier"], polish["points"], polish["restaurant_id"]) == ("2.00", None, None)
    assert polish["until"] == rain.ends_at.isoformat().replace("+00:00", "Z")
    shown = {"id", "title", "kind", "multiplier", "points", "orders", "days", "until", "restaurant_id"}
    assert set(ramen) == shown


def test_what_gives_nothing_now_is_not_on_offer(database) -> None:
    over = campaign(points=10, title="over")
    end_campaign(campaign_id=over.id)
    spent = campaign(points=10, title="spent", budget=100)
    Campaign.objects.filter(pk=spent.id).update(granted=100)
    create_campaign(
        Campaign(
            title="a draft",
            kind=CampaignKind.BONUS.value,
            points=10,
            region="gb",
            starts_at=clock.now() - timedelta(hours=1),
            ends_at=clock.now() + timedelta(days=1),
        )
    )
    running = campaign(points=10, title="running")

    assert [each["title"] for each in offered()] == ["running"]
    for early_or_late in (-timedelta(hours=2), timedelta(days=7)):
        with clock.shift(early_or_late):
            assert offered() == []
    with clock.shift(timedelta(days=6)):
        assert [each["id"] for each in offered()] == [str(running.id)]


def test_what_ends_first_is_first(database) -> None:
    later = campaign(points=10, title="later")
    Campaign.objects.filter(pk=later.id).update(ends_at=clock.now() + timedelta(days=9))
    campaign(points=10, title="sooner")

    assert [each["title"] for each in offered()] == ["sooner", "later"]


@pytest.mark.parametrize("path", ["tiers", "campaigns"])
def test_a_region_that_there_is_not_is_a_problem_with_a_code(database, path) -> None:
    asking = person(ids.new_id())

    unknown = asking.get(f"/api/v1/rewards/{path}?region=atlantis")
    unsaid = asking.get(f"/api/v1/rewards/{path}")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_region")
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "invalid_request")
    with pytest.raises(UnknownRegion):
        call(Rewards).campaigns(region="atlantis")
    with pytest.raises(UnknownRegion):
        call(Rewards).tiers(customer_id=ids.new_id(), region="atlantis")


def test_tiers_are_for_who_is_logged_in(database) -> None:
    assert APIClient().get("/api/v1/rewards/tiers?region=pl").status_code == 401
