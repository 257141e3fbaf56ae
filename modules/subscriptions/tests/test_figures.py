"""What is counted of memberships is what happened to them, and the pages say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import settings as course
from hypothesis import strategies as st

from modules.subscriptions.interface import MembershipState as M
from modules.subscriptions.interface import Subscriptions
from modules.subscriptions.jobs import forget
from modules.subscriptions.models import CohortFigure, Counted, MembersFigure, OfferShown
from modules.subscriptions.models.figures import What
from modules.subscriptions.selectors.figures import Sums, cohorts, until
from modules.subscriptions.services.figures import Step, count_steps
from modules.subscriptions.states import ENDED, MEMBERSHIP
from modules.subscriptions.tests.members import (
    DECLINED,
    VISA,
    a_plan,
    days_later,
    do,
    join,
    joined,
    on,
    seen,
)
from tiffin import db, ids, regions
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, emptying, token

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

# 4.99 a month holds 83p of tax at 20 %.
PLUS, GOLD = 4_16, 12_49
JUNE = date(2027, 6, 12)
FAR = datetime(2040, 1, 1, tzinfo=UTC)


def so_far() -> Sums:
    return until(regions.get("gb"), FAR)


def counts() -> dict[str, int]:
    return {what: count for what, count in so_far().counts.items() if count}


def test_a_member_who_joins_grows_and_leaves() -> None:
    gold = a_plan("gold", price=1499, level=2)
    member = joined(a_plan())
    assert (so_far().members, so_far().a_month) == (1, PLUS)
    with on(days_later(3)):
        do("change", member, plan_id=gold.id)
    assert (so_far().members, so_far().a_month) == (1, GOLD)
    with on(JUNE):
        pass
    with on(days_later(3, JUNE)):
        do("cancel", member, now=True)
    assert (so_far().members, so_far().a_month) == (0, 0)
    assert counts() == {"begun": 1, "paid": 1, "kept": 1, "new": 1, "up": 1, "gone": 1}
    assert so_far().churn(Sums()) == 1.0


def test_trials_that_are_paid_for_and_others() -> None:
    plan = a_plan(trial_days=7)
    stays, leaves, fails = (
        joined(plan, method=method) for method in (VISA, "pm_card_mastercard", "pm_card_timeout")
    )
    assert (so_far().members, so_far().count(What.TRIAL)) == (0, 3)
    with on(days_later(2)):
        do("cancel", leaves, now=True)
        do("use_method", fails, method=DECLINED)
    for days in range(7, 30):
        with on(days_later(days)):
            pass
    assert [seen(each).state for each in (stays, leaves, fails)] == [M.ACTIVE, M.CANCELED, M.CANCELED]
    assert so_far().conversion == 1 / 3
    assert so_far().members == 1
    assert (so_far().count(What.FAILING), so_far().recovery) == (1, 0.0)


def test_a_payment_that_fails_and_comes_after_all_is_recovered() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("use_method", member, method=DECLINED)
    with on(JUNE):
        pass
    assert (so_far().members, so_far().a_month, so_far().recovery) == (1, PLUS, None)
    with on(days_later(2, JUNE)):
        do("pay", member, method=VISA)
    assert (so_far().recovery, so_far().members) == (1.0, 1)


def test_a_pause_is_no_leaving() -> None:
    member = joined(a_plan())
    with on(days_later(3)):
        do("pause", member, days=10)
    assert (so_far().members, so_far().a_month, so_far().count(What.GONE)) == (0, 0, 0)
    with on(days_later(5)):
        do("resume", member)
    assert (so_far().members, so_far().a_month) == (1, PLUS)
    with on(days_later(6)):
        do("pause", member, days=10)
        do("cancel", member, now=True)
    assert (so_far().members, so_far().a_month, so_far().count(What.GONE)) == (0, 0, 1)


def test_an_offer_is_counted_once_for_a_customer_in_a_month_and_never_for_a_member() -> None:
    customer, member = ids.new_id(), joined(a_plan(), day=date(2027, 5, 10))
    for day in (date(2027, 5, 10), date(2027, 5, 11), date(2027, 6, 1), date(2027, 8, 15)):
        with on(day):
            for who in (customer, member.customer_id):
                call(Subscriptions).offer_shown(customer_id=who, region="gb")
            forget()
    assert so_far().count(What.SHOWN) == 3
    assert list(OfferShown.objects.values_list("month", flat=True)) == [date(2027, 8, 1)]
    assert so_far().members == 1


def test_who_asks_for_the_plans_was_shown_them() -> None:
    a_plan()
    customer = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    for visitor in (customer, customer, api()):
        assert visitor.get("/api/v1/plans?region=gb").status_code == 200
    assert so_far().count(What.SHOWN) == 1


def test_who_never_pays_has_begun_and_is_no_member() -> None:
    joined(a_plan(), method=DECLINED)
    with on(days_later(2)):
        pass
    assert counts() == {"begun": 1}


def test_who_comes_back_is_in_the_cohort_of_before() -> None:
    plan, customer = a_plan(), ids.new_id()
    first = joined(plan, customer=customer)
    joined(plan)
    with on(days_later(3, JUNE)):
        do("cancel", first, now=True)
    gb = regions.get("gb")
    (row,) = cohorts(gb, date(2027, 8, 1))
    assert (row.joined, row.members, row.kept) == (date(2027, 5, 1), 2, (1.0, 0.5, 0.5, 0.5))

    with on(date(2027, 9, 2)):
        join(plan, customer=customer)
    (row,) = cohorts(gb, date(2027, 9, 30))
    assert (row.members, row.kept) == (2, (1.0,) * 5)
    assert so_far().count(What.BACK) == 1


_FOLLOWING: dict[M | None, list[M]] = {
    state: [after for before, after in MEMBERSHIP.transitions() if before is state]
    for state in MEMBERSHIP.reachable()
}
_FOLLOWING[None] = [M.ACTIVE, M.TRIALING, M.INCOMPLETE]
BILLED = (M.ACTIVE, M.PAST_DUE)
CUSTOMERS = [ids.new_id() for _ in range(3)]
Course = list[tuple[int, list[tuple[int, int, int]]]]


@course(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(CUSTOMERS) - 1),
            st.lists(
                st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 40)), min_size=1, max_size=8
            ),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 7),
)
def test_figures_add_up_to_the_members(lives: Course, batch: int) -> None:
    """Whatever happens, and in however many batches it is counted."""
    emptying.empty()
    steps = _steps(lives)
    for first in range(0, len(steps), batch):
        with db.transaction(owner="subscriptions"):
            count_steps(steps[first : first + batch])

    last = {step.membership_id: step for step in steps}
    sums = so_far()
    assert sum(sums.worth.values()) == sum(step.a_year for step in last.values())
    paying = [step for step in last.values() if step.a_year]
    assert sums.members == len(paying)
    ever = {step.customer_id for step in steps if step.a_year}
    by_cohort = Counter[date | None]()
    for figure in CohortFigure.objects.all():
        assert figure.count >= 0
        by_cohort[figure.left] += figure.count
    assert by_cohort.total() == len(ever)
    there = {row.customer_id for row in Counted.objects.all() if row.is_member}
    assert by_cohort[None] == len(there)


def _steps(lives: Course) -> list[Step]:
    """One membership after the other; each goes where it may, by the numbers that are drawn."""
    steps, at = [], datetime(2027, 1, 1, tzinfo=UTC)
    current: dict[int, M] = {}
    for customer, drawn in lives:
        if current.get(customer, M.CANCELED) not in ENDED:
            continue
        membership, state, rested = ids.new_id(), None, M.ACTIVE
        for way, price, days in drawn:
            choices = _FOLLOWING[state]
            again = [state] if state in {M.ACTIVE, M.PAST_DUE, M.TRIALING} else []
            # What rests goes on as it was.
            options: Sequence[M] = [rested, M.CANCELED] if state is M.PAUSED else [*choices, *again]
            if not options:
                break
            before, state = state, options[way % len(options)]
            rested = before if state is M.PAUSED and before is not None else rested
            at += timedelta(days=days)
            is_paid = state is M.ACTIVE and before is not M.PAUSED
            a_year = (price + 1) * 1200 if state in BILLED else 0
            steps.append(_step(membership, customer, state, a_year, at, is_paid=is_paid))
        current[customer] = state or M.CANCELED
    return steps


def _step(membership: UUID, customer: int, state: M, a_year: int, at: datetime, *, is_paid: bool) -> Step:
    return Step(membership, CUSTOMERS[customer], "gb", "plus", state, a_year, is_paid, at)


def page(path: str, *, region: str = EVERY_REGION) -> str:
    browser = Client()
    staff = Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=("finance",), regions=(region,))
    browser.cookies[STAFF_COOKIE] = token(staff)
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()


def test_the_pages_say_it() -> None:
    joined(a_plan())
    with on(days_later(5)):
        board = page("/admin/dashboard/?region=gb&period=7")
        report = page("/admin/subscriptions/membersfigure/report/?region=gb")
        assert "Monthly recurring revenue" in board
        assert "4.16 GBP" in board
        assert "Began to join" in report
        assert "2027-05" in report
        file = page("/admin/subscriptions/membersfigure/export.csv?region=gb")
        assert f"new,plus,1,{PLUS * 12}" in file
        assert "2027-05,,1" in page("/admin/subscriptions/cohortfigure/export.csv?region=gb")
        elsewhere = page("/admin/subscriptions/membersfigure/report/", region="pl")
        assert "Nobody began to join" in elsewhere


def test_nothing_yet_is_said_as_nothing() -> None:
    assert "Nobody has paid yet." in page("/admin/subscriptions/membersfigure/report/?region=gb")
    assert MembersFigure.objects.count() == 0
