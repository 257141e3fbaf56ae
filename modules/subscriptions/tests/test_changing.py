"""Pausing, changing plans and taking back: what it means for days and money."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as course
from hypothesis import strategies as st

from modules.subscriptions.billing import midnight
from modules.subscriptions.interface import (
    ChangePreview,
    CoolingOffOver,
    InvoiceState,
    MembershipState,
    MembershipStateConflict,
    MembershipView,
    PauseTooLong,
    PlanUnknown,
    Subscriptions,
)
from modules.subscriptions.models import Invoice, Plan
from modules.subscriptions.tests.members import (
    DECLINED,
    JOINED,
    a_plan,
    days_later,
    do,
    invoices,
    joined,
    on,
    payments,
    seen,
    taken,
)
from tiffin import ids, regions
from tiffin.interfaces import call
from tiffin.testing import empty

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

JUNE, JULY = date(2027, 6, 12), date(2027, 7, 12)


def preview(member: MembershipView, plan: Plan) -> ChangePreview:
    return call(Subscriptions).preview_change(
        customer_id=member.customer_id,
        membership_id=member.id,
        plan_id=plan.id,
    )


# --- pausing -------------------------------------------------------------------------------------------


def test_what_is_left_of_a_period_is_there_after_the_pause() -> None:
    member = joined(a_plan())  # 31 days
    with on(days_later(11)):
        paused = do("pause", member, days=30)
        assert (paused.state, paused.access_until) == (MembershipState.PAUSED, None)
        assert paused.paused_until == days_later(41)
    with on(JUNE):
        assert len(invoices(member)) == 1
    with on(days_later(41)):
        pass

    back = seen(member)
    assert (back.state, back.renews_on) == (MembershipState.ACTIVE, days_later(41 + 20))
    with on(days_later(61)):
        pass
    assert taken(member) == [499, 499]
    assert [invoice.begins for invoice in invoices(member)] == [JOINED, days_later(61)]


def test_who_comes_back_early_goes_on_at_once() -> None:
    member = joined(a_plan())
    with on(days_later(11)):
        do("pause", member, days=30)
    with on(days_later(15)):
        back = do("resume", member)
    assert (back.state, back.renews_on) == (MembershipState.ACTIVE, days_later(15 + 20))
    with on(days_later(16)), pytest.raises(MembershipStateConflict):
        do("resume", member)


def test_a_pause_has_a_limit_and_so_have_all_of_a_year() -> None:
    member = joined(a_plan(months=12))
    with on(days_later(1)):
        for days in (0, 61):
            with pytest.raises(PauseTooLong):
                do("pause", member, days=days)
        do("pause", member, days=60)
    with on(days_later(70)):
        with pytest.raises(PauseTooLong):
            do("pause", member, days=31)  # of 90
        do("pause", member, days=30)
    with on(days_later(1 + 366)):
        do("pause", member, days=60)


def test_a_trial_that_paused_is_a_trial_again() -> None:
    member = joined(a_plan(trial_days=14))
    with on(days_later(4)):
        do("pause", member, days=5)
    with on(days_later(9)):
        assert seen(member).state is MembershipState.TRIALING
    with on(days_later(19)):
        assert (seen(member).state, taken(member)) == (MembershipState.ACTIVE, [499])


def test_a_membership_that_ends_or_owes_does_not_pause() -> None:
    member = joined(a_plan())
    with on(days_later(1)):
        do("cancel", member)
        with pytest.raises(MembershipStateConflict):
            do("pause", member, days=5)


# --- another plan --------------------------------------------------------------------------------------


def test_a_plan_that_brings_more_is_had_at_once_for_what_is_left_of_the_period() -> None:
    """20.00 to 40.00 on 11 May of 1 to 31 May: 21 of 31 days."""
    plus, gold = a_plan(price=2000), a_plan("gold", price=4000, level=2)
    member = joined(plus, day=date(2027, 5, 1))
    with on(date(2027, 5, 11), hour=0):
        told = preview(member, gold)
        assert [line.amount.amount for line in told.lines] == [-1355, 2710]
        assert (told.due.amount, told.at_once, told.renews_on) == (1355, True, date(2027, 6, 1))
        assert told.renews_at_price.amount == 4000
        do("change", member, plan_id=gold.id)

    changed = seen(member)
    assert (changed.plan_code, changed.renews_on) == ("gold", date(2027, 6, 1))
    with on(date(2027, 6, 1)):
        pass
    assert taken(member) == [2000, 1355, 4000]


def test_a_plan_that_brings_less_is_had_when_the_period_is_over() -> None:
    gold, plus = a_plan("gold", price=4000, level=2), a_plan(price=2000, intro_price=1, intro_periods=3)
    member = joined(gold)
    with on(days_later(3)):
        told = preview(member, plus)
        assert (told.at_once, told.on, told.due.amount, told.renews_at_price.amount) == (False, JUNE, 0, 2000)
        assert do("change", member, plan_id=plus.id).changes_to == plus.id
    assert seen(member).plan_code == "gold"
    for day in (JUNE, JULY):
        with on(day):
            pass
    assert (seen(member).plan_code, taken(member)) == ("plus", [4000, 2000, 2000])


def test_a_change_that_was_asked_for_can_be_taken_back() -> None:
    gold, plus = a_plan("gold", price=4000, level=2), a_plan(price=2000)
    member = joined(gold)
    with on(days_later(3)):
        do("change", member, plan_id=plus.id)
        assert do("change", member, plan_id=gold.id).changes_to is None
    with on(JUNE):
        pass
    assert taken(member) == [4000, 4000]


def test_by_the_year_instead_of_by_the_month_a_year_begins_today() -> None:
    plus, yearly = a_plan(price=499), a_plan("yearly", price=4990, months=12, level=2)
    member = joined(plus)
    with on(days_later(10)):
        do("change", member, plan_id=yearly.id)
    left = 499 * 21 / 31
    assert taken(member) == [499, 4990 - round(left)]
    assert seen(member).renews_on == date(2028, 5, 22)
    with on(date(2028, 5, 22)):
        pass
    assert taken(member)[-1] == 4990


def test_a_change_that_is_not_paid_does_not_come_about() -> None:
    plus, gold = a_plan(price=2000), a_plan("gold", price=4000, level=2)
    member = joined(plus)
    with on(days_later(3)):
        do("use_method", member, method=DECLINED)
        do("change", member, plan_id=gold.id)
    assert (seen(member).plan_code, seen(member).state) == ("plus", MembershipState.ACTIVE)
    assert invoices(member)[-1].state is InvoiceState.VOID
    with on(days_later(4)):
        do("use_method", member, method="pm_card_visa")
        do("change", member, plan_id=gold.id)
    assert seen(member).plan_code == "gold"


def test_another_regions_plan_cannot_be_changed_to() -> None:
    member = joined(a_plan())
    abroad = a_plan("gold", region="pl", level=2)
    for plan_id in (abroad.id, ids.new_id()):
        with on(days_later(1)), pytest.raises(PlanUnknown):
            do("change", member, plan_id=plan_id)


@given(day=st.integers(0, 27), old=st.integers(0, 5000), more=st.integers(1, 5000), joins=st.integers(1, 28))
@course(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_change_costs_is_what_its_preview_said(day: int, old: int, more: int, joins: int) -> None:
    empty()
    plus, gold = a_plan(price=old), a_plan("gold", price=old + more, level=2)
    began = date(2027, 2, joins)
    member = joined(plus, day=began)
    with on(began + timedelta(days=day)):
        told = preview(member, gold)
        do("change", member, plan_id=gold.id)
    made = Invoice.objects.filter(membership_id=member.id, kind="change").first()
    assert (made.total if made else 0) == told.due.amount
    assert seen(member).renews_on == told.renews_on
    with on(told.renews_on):
        pass
    assert invoices(member)[-1].total == told.renews_at_price.amount


# --- taking back ---------------------------------------------------------------------------------------


def test_within_the_time_of_the_region_what_was_paid_comes_back_but_for_the_days_that_are_over() -> None:
    member = joined(a_plan(price=3100))
    with on(days_later(10)):
        over = do("take_back", member)
    assert over.state is MembershipState.CANCELED
    assert [(view.captured.amount, view.refunded.amount) for view in payments(member)] == [(3100, 2100)]


def test_after_that_it_cannot_be_taken_back() -> None:
    member = joined(a_plan())
    with on(days_later(15)), pytest.raises(CoolingOffOver):
        do("take_back", member)
    abroad = joined(a_plan("other"))
    with on(days_later(14)):
        assert do("take_back", abroad).state is MembershipState.CANCELED


# --- every region's clocks -----------------------------------------------------------------------------


@pytest.mark.parametrize("region", [region.code for region in regions.all()])
def test_a_year_of_months_bills_each_day_once_by_the_clocks_of_the_region(region: str) -> None:
    """Summer time begins and ends in it."""
    member = joined(a_plan(region=region), day=date(2027, 1, 31))
    zone = regions.get(region).time_zone
    for _ in range(13):
        following = seen(member).renews_on
        assert following is not None
        with on(midnight(following, zone).astimezone(UTC).date(), hour=23):
            pass
        with on(following, hour=2):
            pass
    spans = [(invoice.begins, invoice.ends) for invoice in invoices(member)]
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert len(spans) == 14
