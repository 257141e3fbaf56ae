"""Tiers: reached at once, kept for a period after, and lost by one step at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from msgspec import structs

from modules.rewards.events import TierChanged, TierKept
from modules.rewards.interface import Membership, Rewards
from modules.rewards.models import Member
from modules.rewards.policies import tiers
from modules.rewards.selectors.tiers import tiers_of
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.forgetting import note_forgotten
from modules.rewards.services.tiers import review_tiers
from modules.rewards.tests.earnings import SETTLED, confirmed, earned, points_of, refunded, wallet
from tiffin import clock, db, ids, regions
from tiffin.interfaces import call
from tiffin.log.events import Recorded
from tiffin.models import LogEvent
from tiffin.regions.file import RegionFileError

pytestmark = pytest.mark.database

E = TypeVar("E", TierChanged, TierKept)
MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)


def told(kind: type[E] = TierChanged) -> list[E]:
    events = LogEvent.objects.using("rewards").filter(name=kind.wire).order_by("position")
    unread = dict.fromkeys(Recorded._fields)
    return [Recorded(**{**unread, "name": e.name, "payload": bytes(e.payload)}).decode() for e in events]


def ordered(customer, points: int, *, region: str = "pl"):
    """For so many points, which is no more than a day allows."""
    return confirmed(customer, points * {"pl": 100, "gb": 20}[region], region=region)


def test_a_tier_is_reached_with_the_points_that_are_the_customers() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        earned(customer, 150_000, region="pl")
        assert tiers_of([customer]) == {}
    with clock.hold(MAY + timedelta(days=1)):
        ordered(customer, 1500)
    assert tiers_of([customer, ids.new_id()], region="pl") == {customer: "silver"}
    assert tiers_of([customer], region="gb") == {}
    (event,) = told()
    assert (event.before, event.tier, event.benefits) == ("", "silver", ("priority_support",))
    assert regions.get("pl").local(event.until).isoformat() == "2028-01-01T00:00:00+01:00"


def test_the_account_tells_the_regions_tier_what_it_brings_and_what_is_missing_for_the_next() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        ordered(customer, 1500)
        here, there = (call(Rewards).account(customer_id=customer, region=each) for each in ("pl", "gb"))
        nobody = call(Rewards).account(customer_id=ids.new_id(), region="pl").membership
    (silver, gold) = tiers(regions.get("pl"), MAY.date())
    assert here.membership == Membership(
        tier="silver", title=silver.title, until=told()[0].until, benefits=("priority_support",),
        next_title=gold.title, points_to_next=gold.from_points - 1500,
    )  # fmt: skip
    assert here.wallet.tier == "silver"
    assert (there.wallet.tier, there.membership.tier, there.membership.benefits) == ("", "", ())
    assert nobody == Membership(next_title=silver.title, points_to_next=silver.from_points)


def test_a_tier_lets_orders_earn_more() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        ordered(customer, 1500)
        assert points_of(earned(customer, 10_000, region="pl"))[0] == 125
        assert points_of(earned(customer, 2000, region="gb"))[0] == 100


def test_a_tier_of_a_regions_file_that_brings_what_no_module_gives_is_refused(monkeypatch) -> None:
    row = regions.get("gb").tables["rewards.tiers"][0]
    promising = structs.replace(row, data={**row.data, "benefits": ["priority_support", "birthday_cake"]})
    monkeypatch.setattr(regions.get("gb"), "tables", {"rewards.tiers": (promising,)})
    monkeypatch.setattr(regions.get("gb"), "_read", {})
    with pytest.raises(RegionFileError, match="no module gives birthday_cake; there is priority_support"):
        tiers(regions.get("gb"), MAY.date())


def test_one_rises_within_a_period_and_is_told_once() -> None:
    customer = ids.new_id()
    for day in range(4):
        with clock.hold(MAY + timedelta(days=day)):
            ordered(customer, 1100)
    assert [event.tier for event in told()] == ["silver", "gold"]
    assert told()[1].before == "silver"


def test_what_went_back_does_not_count() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        refunded(ordered(customer, 1400), 140_000)
    with clock.hold(MAY + timedelta(days=1)):
        ordered(customer, 1400)
    assert tiers_of([customer]) == {}


def test_a_tier_falls_softly_period_by_period_until_none_is_left() -> None:
    customer = ids.new_id()
    for day in range(2):
        with clock.hold(MAY + timedelta(days=day)):
            ordered(customer, 2900)
    assert tiers_of([customer]) == {customer: "gold"}
    with clock.hold(datetime(2027, 12, 31, 22, tzinfo=UTC)):
        assert review_tiers() == 0
    for year, tier in ((2028, "silver"), (2029, "")):
        with clock.hold(datetime(year, 1, 1, tzinfo=UTC)):
            assert review_tiers() == 1
            assert review_tiers() == 0
        assert tiers_of([customer]).get(customer, "") == tier
    assert [event.tier for event in told()] == ["silver", "gold", "silver", ""]
    assert Member.objects.get().until is None


def test_a_tier_that_was_earned_again_is_kept_which_is_no_change() -> None:
    customer = ids.new_id()
    for year in (2026, 2027):
        with clock.hold(MAY.replace(year=year)):
            ordered(customer, 1600)
    with clock.hold(datetime(2028, 1, 1, tzinfo=UTC)):
        assert review_tiers() == 1
    assert tiers_of([customer]) == {customer: "silver"}
    assert len(told()) == 1
    (kept,) = told(TierKept)
    assert (kept.customer_id, kept.tier, kept.benefits) == (customer, "silver", ("priority_support",))
    assert kept.until == Member.objects.get().until
    assert regions.get("pl").local(kept.until).year == 2029


def test_a_rolling_year_begins_with_the_day_on_which_the_tier_was_reached() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        ordered(customer, 1600, region="gb")
    with clock.hold(MAY + timedelta(days=200)):
        ordered(customer, 1000, region="gb")
    member = Member.objects.get()
    with clock.hold(member.until):
        assert review_tiers() == 1
    assert tiers_of([customer]) == {}


def test_who_was_forgotten_gets_no_tier_for_what_was_pending() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        earned(customer, 150_000, region="pl")
        with db.transaction(owner="rewards"):
            note_forgotten(customer, region="pl")
    with clock.hold(MAY + SETTLED):
        confirm_batch()
    assert wallet(customer).available == 1500
    assert (tiers_of([customer]), told()) == ({}, [])


def test_who_is_forgotten_has_their_tier_no_more_and_others_are_told() -> None:
    customer = ids.new_id()
    with clock.hold(MAY):
        ordered(customer, 1500)
        for _ in range(2):
            with db.transaction(owner="rewards"):
                note_forgotten(customer, region="pl")
    assert tiers_of([customer]) == {}
    (_, ended) = told()
    assert (ended.customer_id, ended.before, ended.tier, ended.benefits) == (customer, "silver", "", ())


def test_members_of_a_region_that_is_no_more_stop_nobody() -> None:
    gone, fine = ids.new_id(), ids.new_id()
    with clock.hold(MAY):
        for customer in (gone, fine):
            ordered(customer, 1500)
    Member.objects.filter(customer_id=gone).update(region="atlantis")
    with clock.hold(datetime(2028, 1, 2, tzinfo=UTC)):
        assert review_tiers() == 1
    assert [event.customer_id for event in told()][2:] == [fine]
