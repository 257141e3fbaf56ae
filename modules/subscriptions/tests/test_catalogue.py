"""Plans: what staff say they cost and bring, and what of it can be joined."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections

from modules.subscriptions.errors import PlanIncomplete
from modules.subscriptions.interface import (
    Benefit,
    BenefitKind,
    Phase,
    PhaseKind,
    PlanOffer,
    PlanRefused,
    PlanView,
    Subscriptions,
)
from modules.subscriptions.models import Plan, PlanVersion
from modules.subscriptions.services import add_version, draft_plan, offer_plan, withdraw_plan
from modules.subscriptions.states import PlanState
from tiffin import clock, ids
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money
from tiffin.regions import UnknownRegion
from tiffin.states import StateConflict

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]
FREE = {"kind": "free_delivery", "minimum": 1500, "within_m": 5000}


def a_plan(code: str = "plus", *, region: str = "gb", level: int = 1, months: int = 1) -> Plan:
    return draft_plan(Plan(region=region, code=code, title=code.title(), months=months, level=level))


def a_version(plan: Plan, price: int = 499, **terms: Any) -> PlanVersion:
    return add_version(PlanVersion(plan=plan, **{"price": price, "benefits": [FREE]} | terms))


def offered(region: str = "gb") -> list[PlanView]:
    return call(Subscriptions).plans(region=region)


def gbp(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")


def test_a_plan_is_offered_once_it_says_what_it_costs_and_brings() -> None:
    plan = a_plan()
    with pytest.raises(PlanIncomplete):
        offer_plan(plan_id=plan.id)
    a_version(plan, trial_days=14, intro_price=250, intro_periods=3, benefits=[FREE])
    assert offered() == []
    offer_plan(plan_id=plan.id)
    (shown,) = offered()
    assert (shown.code, shown.months, shown.version) == ("plus", 1, 1)
    assert shown.phases == (
        Phase(kind=PhaseKind.TRIAL, price=gbp(0), days=14),
        Phase(kind=PhaseKind.DISCOUNT, price=gbp(250), periods=3),
        Phase(kind=PhaseKind.EVERGREEN, price=gbp(499)),
    )
    assert shown.benefits == (Benefit(kind=BenefitKind.FREE_DELIVERY, minimum=1500, within_m=5000),)


def test_newcomers_get_the_last_version_that_has_begun() -> None:
    # Given a plan that will cost more in a month
    plan = a_plan()
    a_version(plan, 499)
    dearer = clock.now() + timedelta(days=30)
    a_version(plan, 599, from_at=dearer)
    offer_plan(plan_id=plan.id)
    # Then it costs what it does until that moment, and more from then on
    with clock.hold(dearer - timedelta(microseconds=1)):
        assert [each.version for each in offered()] == [1]
    with clock.hold(dearer):
        assert [(each.version, each.phases[-1].price) for each in offered()] == [(2, gbp(599))]


def test_what_brings_least_comes_first_and_nothing_of_elsewhere() -> None:
    for code, level, months in (("gold", 2, 1), ("plus-yearly", 1, 12), ("plus", 1, 1)):
        plan = a_plan(code, level=level, months=months)
        a_version(plan)
        offer_plan(plan_id=plan.id)
    abroad = a_plan("plus", region="pl")
    a_version(abroad, 1999)
    offer_plan(plan_id=abroad.id)
    assert [each.code for each in offered()] == ["plus", "plus-yearly", "gold"]
    assert [each.phases[-1].price.currency for each in offered("pl")] == ["PLN"]
    with pytest.raises(UnknownRegion):
        offered("atlantis")


def test_what_is_withdrawn_is_not_joined_and_may_come_back() -> None:
    plan = a_plan()
    a_version(plan)
    offer_plan(plan_id=plan.id)
    withdraw_plan(plan_id=plan.id)
    assert offered() == []
    with pytest.raises(StateConflict):
        withdraw_plan(plan_id=plan.id)
    offer_plan(plan_id=plan.id)
    assert len(offered()) == 1
    assert Plan.get(plan.id).state is PlanState.OFFERED


def test_a_code_is_there_once_in_a_region() -> None:
    a_plan()
    a_plan(region="pl")
    with pytest.raises(ValidationError):
        a_plan()


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"intro_price": 250}, "intro_price"),
        ({"intro_periods": 2}, "intro_price"),
        ({"intro_price": 499, "intro_periods": 2}, "intro_price"),
        ({"benefits": {"kind": "free_delivery"}}, "benefits"),
        ({"benefits": [{"kind": "a_pony"}]}, "benefits"),
        ({"benefits": [FREE | {"rate": "0.5"}]}, "benefits"),
        ({"benefits": [FREE | {"minimum": -1}]}, "benefits"),
        ({"benefits": [FREE | {"minimum": "lots"}]}, "benefits"),
        ({"benefits": [{"kind": "reduced_service_fee"}]}, "benefits"),
        ({"benefits": [{"kind": "reduced_service_fee", "rate": "1.5"}]}, "benefits"),
        ({"benefits": [{"kind": "partner_grant"}]}, "benefits"),
        ({"benefits": [{"kind": "partner_grant", "title": "x", "link": "javascript:x"}]}, "benefits"),
        ({"benefits": [{"kind": "free_delivery", "link": "https://partner.example/"}]}, "benefits"),
        ({"benefits": []}, "benefits"),
        ({"price": -1}, "price"),
    ],
)
def test_terms_that_nobody_can_have_are_refused(terms: dict[str, Any], field: str) -> None:
    plan = a_plan()
    with pytest.raises(ValidationError) as refused:
        a_version(plan, **{"price": 499} | terms)
    assert list(refused.value.message_dict) == [field]
    assert not PlanVersion.objects.exists()


def test_a_version_begins_after_those_before_it() -> None:
    plan = a_plan()
    first = a_version(plan)
    with pytest.raises(ValidationError, match="later than that of version 1"):
        a_version(plan, from_at=first.from_at)


def test_what_was_promised_cannot_be_changed_by_anybody() -> None:
    a_version(a_plan())
    for statement in (
        "UPDATE subscriptions_planversion SET price = 1",
        "DELETE FROM subscriptions_planversion",
    ):
        with (
            pytest.raises(DatabaseError, match="only ever added"),
            connections["subscriptions"].cursor() as cursor,
        ):
            cursor.execute(statement)


def test_benefits_are_kept_to_the_penny() -> None:
    plan = a_plan()
    a_version(plan, benefits=[{"kind": "reduced_service_fee", "rate": "0.35", "venue_share": "0.1"}])
    offer_plan(plan_id=plan.id)
    (benefit,) = offered()[0].benefits
    assert (benefit.rate, benefit.venue_share) == (Decimal("0.35"), Decimal("0.1"))


def offer(**terms: Any) -> Any:
    usual = {"region": "gb", "code": "plus", "title": "Plus", "months": 1, "level": 1, "price": gbp(499)}
    return call(Subscriptions).offer(key=CommandKey(str(ids.new_id())), plan=PlanOffer(**usual | terms))


def test_a_plan_is_offered_in_one_step_and_where_there_is_one_it_stays_as_it_is() -> None:
    brings = (Benefit(kind=BenefitKind.REDUCED_SERVICE_FEE, rate=Decimal("0.5")),)

    plan = offer(trial_days=14, benefits=brings)

    assert offer(price=gbp(999), title="Dearer") == plan
    (shown,) = offered()
    assert (shown.id, shown.title, shown.benefits) == (plan, "Plus", brings)
    assert shown.phases[-1].price == gbp(499)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"price": Money(amount=499, currency="PLN")}, "prices there are in GBP"),
        ({"months": 7}, "7 is not a valid choice"),
        ({"code": "no code"}, "valid"),
        ({"benefits": (Benefit(kind=BenefitKind.PARTNER_GRANT),)}, "partner_grant needs title"),
    ],
)
def test_nobody_can_have_a_plan_on_such_terms_and_nothing_of_it_is_left(terms, said) -> None:
    with pytest.raises(PlanRefused) as refusal:
        offer(**terms)
    assert said in refusal.value.sentence
    assert not Plan.objects.exists()
