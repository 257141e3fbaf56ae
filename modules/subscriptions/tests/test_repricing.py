"""Members of before come to newer prices, and hear of it first."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from modules.subscriptions.events import Why
from modules.subscriptions.interface import MembershipView
from modules.subscriptions.models import Plan, PlanVersion, Repricing
from modules.subscriptions.selectors.figures import until
from modules.subscriptions.services import add_version, reprice, repricing, withdraw_repricing
from modules.subscriptions.states import RepricingState
from modules.subscriptions.tests.members import (
    DECLINED,
    FREE_DELIVERY,
    JOINED,
    a_plan,
    days_later,
    do,
    joined,
    on,
    seen,
    taken,
)
from tiffin import clock, regions
from tiffin.models import LogEvent
from tiffin.money import Money

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

NEW = 599
JUNE, JULY, AUGUST = (date(2027, month, 12) for month in (6, 7, 8))
TOLD_ON = days_later(8)
FROM = TOLD_ON + timedelta(days=30)


def newer(plan: Plan, price: int = NEW, **terms: Any) -> PlanVersion:
    """A version that newcomers have from that day on."""
    with clock.hold(datetime.combine(days_later(5), time(12), regions.get(plan.region).time_zone)):
        return add_version(PlanVersion(plan=plan, price=price, benefits=[FREE_DELIVERY], **terms))


def tell(version: PlanVersion, *, day: date = TOLD_ON, from_on: date = FROM) -> Repricing:
    with on(day):
        made = reprice(Repricing(to_version=version, from_on=from_on))
    made.refresh_from_db()
    return made


def whys(member: MembershipView) -> list[str]:
    rows = LogEvent.objects.using("subscriptions").filter(key=member.id).order_by("seq")
    return [json.loads(row.payload)["why"] for row in rows]


def renewed(*days: date) -> None:
    for day in days:
        with on(day):
            pass


def test_members_pay_the_old_price_until_their_first_period_after_the_notice() -> None:
    plan = a_plan()
    member = joined(plan)
    made = tell(newer(plan, intro_price=100, intro_periods=2))
    assert (made.state, made.told) == (RepricingState.TOLD, 1)
    assert whys(member) == ["joined", "price_changes"]
    told = seen(member)
    assert (told.new_price, told.new_price_from) == (Money(amount=NEW, currency="GBP"), JULY)
    assert told.renews_at_price == Money(amount=499, currency="GBP")

    renewed(JUNE)
    assert taken(member) == [499, 499]
    assert seen(member).renews_at_price == Money(amount=NEW, currency="GBP")
    renewed(JULY, AUGUST)
    # Introductions are for those who join.
    assert taken(member) == [499, 499, NEW, NEW]
    later = seen(member)
    assert (later.new_price, later.new_price_from, later.version) == (None, None, 2)
    # Without tax of 20 %: 4.99 a month, and 4.16 before.
    assert (
        until(regions.get("gb"), datetime.combine(date(2030, 1, 1), time(), clock.now().tzinfo)).a_month
        == 499
    )


def test_who_cancels_before_never_pays_it() -> None:
    plan = a_plan()
    member = joined(plan)
    tell(newer(plan))
    with on(days_later(1, JUNE)):
        do("cancel", member)
    renewed(JULY, AUGUST)
    assert taken(member) == [499, 499]
    assert seen(member).new_price is None


def test_what_is_withdrawn_does_not_come_and_members_hear_that_too() -> None:
    plan = a_plan()
    stays, other = joined(plan), joined(plan)
    made = tell(newer(plan))
    with on(days_later(3, JUNE)):
        withdraw_repricing(repricing_id=made.id)
    renewed(JULY)
    for member in (stays, other):
        assert taken(member) == [499, 499, 499]
        assert whys(member)[:4] == ["joined", "price_changes", "renewed", "price_stays"]


def test_members_are_told_some_hundred_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repricing, "AT_ONCE", 2)
    plan = a_plan()
    members = [joined(plan) for _ in range(5)]
    gone = joined(plan, method=DECLINED)
    with on(days_later(3)):
        pass
    made = tell(newer(plan))
    assert (made.state, made.told) == (RepricingState.TOLD, 5)
    assert [whys(member).count("price_changes") for member in (*members, gone)] == [1] * 5 + [0]


def test_who_joins_afterwards_or_changes_the_plan_has_nothing_to_be_told() -> None:
    plan, gold = a_plan(), a_plan("gold", price=1499, level=2)
    changes = joined(plan)
    tell(newer(plan))
    late = joined(plan, day=days_later(9))
    with on(days_later(10)):
        do("change", changes, plan_id=gold.id)
    assert (seen(changes).new_price, seen(late).new_price) == (None, None)
    assert taken(late) == [NEW]
    renewed(JUNE, JULY)
    assert taken(changes)[-1] == 1499


def test_it_comes_after_a_pause_too() -> None:
    plan = a_plan()
    member = joined(plan)
    tell(newer(plan))
    with on(days_later(10)):
        do("pause", member, days=40)
    for days in range(45, 75):
        renewed(days_later(days))
    assert taken(member)[1:] == [NEW]


@pytest.mark.parametrize("from_on", [FROM - timedelta(days=1), TOLD_ON])
def test_less_notice_than_the_region_gives_is_refused(from_on: date) -> None:
    version = newer(a_plan())
    with pytest.raises(ValidationError) as refused:
        tell(version, from_on=from_on)
    assert list(refused.value.message_dict) == ["from_on"]
    assert Repricing.objects.count() == 0


def test_only_the_newest_terms_that_newcomers_have_are_for_members() -> None:
    plan = a_plan()
    first, second = plan.versions.get(), newer(plan)
    with pytest.raises(ValidationError, match="newer version"):
        tell(first)
    with pytest.raises(ValidationError, match="Newcomers"):
        tell(second, day=JOINED, from_on=AUGUST)
    tell(second)
    with pytest.raises(ValidationError, match="already exists"):
        tell(second)


def test_an_event_says_the_price_and_the_day() -> None:
    plan = a_plan()
    member = joined(plan)
    tell(newer(plan))
    row = LogEvent.objects.using("subscriptions").filter(key=member.id).order_by("seq").last()
    assert row is not None
    told = json.loads(row.payload)
    assert (Why(told["why"]), told["new_price"]["amount"], told["new_price_from"]) == (
        Why.PRICE_CHANGES,
        NEW,
        "2027-07-12",
    )
