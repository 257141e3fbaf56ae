"""What is paid for is never lost and never paid twice, whatever is asked for in between."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from modules.subscriptions import policies
from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipState, MembershipView
from modules.subscriptions.tests.members import (
    ASKS,
    DECLINED,
    VISA,
    a_plan,
    days_later,
    do,
    invoices,
    joined,
    on,
    payments,
    row,
    seen,
    taken,
)
from modules.subscriptions.tests.test_changing import JULY, JUNE, preview
from tiffin.testing import settle

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

EXPIRED, SHORT, STOLEN = (
    "pm_card_chargeDeclinedExpiredCard",
    "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_card_visa_chargeDeclinedStolenCard",
)


def page_of(member: MembershipView) -> str:
    """Where its bank asks the customer."""
    page = seen(member).action_url
    assert page is not None
    return page


def approve(page: str) -> None:
    Client().post(page, {"answer": "approve"})


def attempts(member: MembershipView) -> int:
    return len(payments(member))


# --- a pause -------------------------------------------------------------------------------------------


def test_who_leaves_during_a_pause_has_what_is_paid_for_first() -> None:
    member = joined(a_plan())  # 31 days
    with on(days_later(11)):
        do("pause", member, days=30)
    with on(days_later(15)):
        leaving = do("cancel", member)
        assert (leaving.state, leaving.cancels) == (MembershipState.ACTIVE, True)
    with on(days_later(15 + 19)):
        assert seen(member).state is MembershipState.ACTIVE
    with on(days_later(15 + 20)):
        assert seen(member).state is MembershipState.CANCELED
    assert taken(member) == [499]


def test_a_change_after_a_pause_credits_what_is_left_of_what_was_paid() -> None:
    """31 days for 31.00, of which one is over."""
    plus, gold = a_plan(price=3100), a_plan("gold", price=6200, level=2)
    member = joined(plus, day=date(2027, 1, 1))
    with on(date(2027, 1, 2)):
        do("pause", member, days=30)
    with on(date(2027, 2, 1)):
        told = preview(member, gold)
        assert [line.amount.amount for line in told.lines] == [-3000, 6000]
        do("change", member, plan_id=gold.id)
    assert (taken(member), seen(member).renews_on) == ([3100, 3000], date(2027, 3, 3))


def test_the_days_of_a_pause_are_given_back_to_whoever_takes_it_back() -> None:
    member = joined(a_plan(price=3100))
    with on(days_later(1)):
        do("pause", member, days=10)
    with on(days_later(11)):
        do("take_back", member)
    assert [view.refunded.amount for view in payments(member)] == [3000]


def test_whoever_takes_it_back_has_all_that_the_days_left_cost() -> None:
    """Ten days of 31 at 20.00, then 21 at 40.00: three of those are over too."""
    plus, gold = a_plan(price=2000), a_plan("gold", price=4000, level=2)
    member = joined(plus, day=date(2027, 5, 1))
    with on(date(2027, 5, 11)):
        do("change", member, plan_id=gold.id)
    with on(date(2027, 5, 14)):
        do("take_back", member)
    back = sum(view.refunded.amount for view in payments(member))
    assert back == round(4000 * 18 / 31)
    assert sum(taken(member)) == 2000 + 1355 - back


# --- another plan that is not paid yet -----------------------------------------------------------------


def changing(*, months: int = 1) -> MembershipView:
    """To a plan that costs more, for which the bank wants to hear from the customer."""
    plus, more = a_plan(price=2000), a_plan("more", price=40_00 * months, months=months, level=2)
    member = joined(plus)
    with on(days_later(20)):
        do("use_method", member, method=ASKS)
        do("change", member, plan_id=more.id)
    return member


def change_of(member: MembershipView) -> InvoiceState:
    (state,) = (each.state for each in invoices(member) if each.kind == InvoiceKind.CHANGE.value)
    return state


def test_a_pause_lets_go_of_a_change_that_is_not_paid() -> None:
    member = changing(months=12)
    page = page_of(member)
    with on(days_later(20), hour=13):
        do("pause", member, days=14)
        approve(page)
    assert (change_of(member), seen(member).state) == (InvoiceState.VOID, MembershipState.PAUSED)
    with on(days_later(34)):
        assert (seen(member).state, seen(member).plan_code) == (MembershipState.ACTIVE, "plus")
    assert taken(member) == [2000]


def test_a_period_that_begins_lets_go_of_a_change_that_is_not_paid() -> None:
    member = changing()
    page = page_of(member)
    with on(days_later(20), hour=14):
        do("use_method", member, method=VISA)
    with on(JUNE):
        settle()
        approve(page)
    assert (change_of(member), seen(member).plan_code) == (InvoiceState.VOID, "plus")
    assert (taken(member), seen(member).renews_on) == ([2000, 2000], JULY)


def test_a_second_change_credits_what_the_first_one_cost() -> None:
    plus = a_plan(price=1000)
    gold = a_plan("gold", price=2000, intro_price=100, intro_periods=3, level=2)
    best = a_plan("best", price=4000, level=3)
    member = joined(plus, day=date(2027, 5, 1))
    with on(date(2027, 5, 11)):
        do("change", member, plan_id=gold.id)
    with on(date(2027, 5, 11), hour=14):
        told = preview(member, best)
        assert [line.amount.amount for line in told.lines] == [-1355, 2710]


# --- another plan when the period is over --------------------------------------------------------------


def test_a_plan_that_is_had_later_costs_what_was_said_whatever_it_costs_newcomers_then() -> None:
    from modules.subscriptions.models import PlanVersion
    from modules.subscriptions.services import add_version

    gold, plus = a_plan("gold", price=4000, level=2), a_plan(price=499)
    member = joined(gold)
    with on(days_later(3)):
        assert do("change", member, plan_id=plus.id).renews_at_price == preview(member, plus).renews_at_price
    with on(days_later(4)):
        add_version(PlanVersion(plan=plus, price=799, benefits=[{"kind": "free_delivery"}]))
    with on(JUNE):
        pass
    assert taken(member) == [4000, 499]


def test_who_keeps_a_plan_that_nobody_can_join_any_more_keeps_it() -> None:
    from modules.subscriptions.services import withdraw_plan

    gold, plus = a_plan("gold", price=4000, level=2), a_plan(price=499)
    member = joined(gold)
    with on(days_later(3)):
        do("change", member, plan_id=plus.id)
        withdraw_plan(plan_id=gold.id)
        assert do("change", member, plan_id=gold.id).changes_to is None
    with on(JUNE):
        pass
    assert taken(member) == [4000, 4000]


# --- cards ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [STOLEN, EXPIRED])
def test_a_card_that_is_refused_for_good_is_asked_once(method: str) -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=method)
    for days in (0, 1, 3, 7, 14):
        with on(JUNE + timedelta(days=days)):
            pass
    assert (attempts(member), seen(member).state) == (2, MembershipState.CANCELED)


def test_what_is_short_today_is_asked_for_on_other_days() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=SHORT)
    asked = []
    for days in range(15):
        with on(JUNE + timedelta(days=days)):
            pass
        asked.append(attempts(member) - 1)
    assert asked == [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5]


def test_the_card_that_paid_instead_of_one_that_is_refused_for_good_is_asked_from_then_on() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=EXPIRED)
    with on(JUNE):
        pass
    with on(JUNE, hour=14):
        do("pay", member, method=VISA)
        do("use_method", member, method=EXPIRED)  # while the charge is under way
    assert row(member).method == VISA
    with on(JULY):
        pass
    assert (attempts(member), taken(member)) == (4, [499, 499, 499])


# --- given up, until somebody pays ---------------------------------------------------------------------


@pytest.fixture
def unpaid(monkeypatch: pytest.MonkeyPatch) -> MembershipView:
    """The region gives up after a day, and waits."""
    rules = policies.Dunning(days=(1,), then="unpaid")
    monkeypatch.setattr(policies, "dunning", lambda *_, **__: rules)
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=DECLINED)
    for day in (JUNE, JUNE + timedelta(days=1)):
        with on(day):
            pass
    assert seen(member).state is MembershipState.UNPAID
    return member


def test_whoever_pays_later_than_that_may_try_as_often_as_they_like(unpaid: MembershipView) -> None:
    for hour in (10, 12):
        with on(JULY, hour=hour):
            do("pay", unpaid, method=DECLINED)
    assert seen(unpaid).state is MembershipState.UNPAID
    with on(JULY, hour=14):
        do("pay", unpaid, method=VISA)

    back = seen(unpaid)
    assert (back.state, back.renews_on, taken(unpaid)) == (
        MembershipState.ACTIVE,
        date(2027, 8, 12),
        [499, 499],
    )


def test_a_bank_that_asks_whoever_pays_later_is_answered(unpaid: MembershipView) -> None:
    with on(JULY, hour=10):
        do("pay", unpaid, method=ASKS)
    with on(JULY, hour=10):
        approve(page_of(unpaid))
    assert seen(unpaid).state is MembershipState.ACTIVE
