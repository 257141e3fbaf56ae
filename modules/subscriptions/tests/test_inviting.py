"""Who left is asked to come back, once, to a plan that is theirs alone."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from modules.subscriptions import jobs
from modules.subscriptions.events import MembershipOffered
from modules.subscriptions.interface import MembershipState, PlanUnknown, Subscriptions
from modules.subscriptions.models import Plan
from modules.subscriptions.services.leaving import forget_customer
from modules.subscriptions.tests.members import JOINED, a_plan, do, join, joined, on, seen, taken
from tiffin import db
from tiffin.interfaces import call
from tiffin.models import LogEvent
from tiffin.testing import api

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]

LEFT = JOINED + timedelta(days=3)


def a_comeback(days: int = 30, **terms) -> Plan:
    return a_plan("back", title="Plus again", comeback_days=days, intro_price=99, intro_periods=2, **terms)


def left(plan: Plan, *, day: date = LEFT):
    member = joined(plan)
    with on(day):
        do("cancel", member, now=True)
    return member


def invite(day: date) -> list[MembershipOffered]:
    """What has been told in all, after that day's run."""
    with on(day):
        jobs.invite()
    rows = LogEvent.objects.using("subscriptions").filter(name=MembershipOffered.wire).order_by("position")
    return [msgspec.json.decode(bytes(row.payload), type=MembershipOffered) for row in rows]


def codes(customer, day: date) -> list[str]:
    with on(day):
        return [plan.code for plan in call(Subscriptions).plans(region="gb", customer_id=customer)]


def test_who_left_is_told_once_and_comes_back_at_the_price_of_the_offer() -> None:
    plan, comeback = a_plan(), a_comeback()
    member = left(plan)

    assert invite(LEFT + timedelta(days=29)) == []
    (told,) = invite(LEFT + timedelta(days=30))
    assert invite(LEFT + timedelta(days=40)) == [told]

    assert (told.customer_id, told.plan_id, told.title) == (member.customer_id, comeback.id, "Plus again")
    assert (told.price.amount, told.periods, told.then_price.amount) == (99, 2, 499)
    again = joined(comeback, day=LEFT + timedelta(days=41), customer=member.customer_id)
    assert again.state is MembershipState.ACTIVE
    for days in (31, 62):
        with on(LEFT + timedelta(days=41 + days)):
            pass
    assert taken(again) == [99, 99, 499]


def test_it_is_for_nobody_else() -> None:
    plan, comeback = a_plan(), a_comeback()
    gone, staying = left(plan), joined(plan)
    day = LEFT + timedelta(days=30)

    assert codes(gone.customer_id, day) == ["back", "plus"]
    assert codes(gone.customer_id, day - timedelta(days=1)) == ["plus"]
    assert codes(staying.customer_id, day) == ["plus"]
    with on(day):
        everybody = api().get("/api/v1/plans?region=gb").json()["results"]
        assert [each["code"] for each in everybody] == ["plus"]
        with pytest.raises(PlanUnknown):
            join(comeback)
        with pytest.raises(PlanUnknown):
            do("change", staying, plan_id=comeback.id)
    assert seen(staying).plan_id == plan.id


def test_who_is_back_or_forgotten_is_not_asked() -> None:
    plan = a_plan()
    back, forgotten = left(plan), left(plan)
    joined(plan, day=LEFT + timedelta(days=5), customer=back.customer_id)
    with on(LEFT + timedelta(days=5)), db.transaction(owner="subscriptions"):
        forget_customer(forgotten.customer_id)
    a_comeback()

    assert invite(LEFT + timedelta(days=60)) == []


def test_a_plan_that_is_not_offered_calls_nobody() -> None:
    plan = a_plan()
    left(plan)
    a_comeback(offered=False)

    assert invite(LEFT + timedelta(days=60)) == []
