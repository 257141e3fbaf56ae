"""Plans on the staff's pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from modules.subscriptions.models import Plan, PlanVersion
from modules.subscriptions.states import PlanState
from tiffin import ids
from tiffin.admin.middleware import STAFF_COOKIE
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import token

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]
PLANS, VERSIONS = "/admin/subscriptions/plan/", "/admin/subscriptions/planversion/"
PLUS = {"title": "Plus", "region": "gb", "code": "plus", "months": "1", "level": "1"}


def person(*roles: str, region: str = EVERY_REGION) -> Client:
    client = Client()
    client.cookies[STAFF_COOKIE] = token(
        Actor(kind=ActorKind.STAFF, id=ids.new_id(), roles=roles, regions=(region,))
    )
    return client


def acts(client: Client, action: str, plan: Plan) -> str:
    answer = client.post(PLANS, {"action": action, "_selected_action": [str(plan.id)]}, follow=True)
    return str(answer.content.decode())


def says(client: Client, plan: Plan, **more: Any) -> str:
    form = {
        "plan": str(plan.id),
        "from_at_0": "2026-01-01",
        "from_at_1": "00:00:00",
        "price": "499",
        "trial_days": "14",
        "intro_price": "",
        "intro_periods": "0",
        "benefits": json.dumps([{"kind": "free_delivery", "minimum": 1500}]),
    }
    return str(client.post(f"{VERSIONS}add/", form | more, follow=True).content.decode())


def test_operations_make_a_plan_say_what_it_costs_and_offer_it() -> None:
    operations = person("operations")
    operations.post(f"{PLANS}add/", PLUS)
    plan = Plan.objects.get()
    # What is not complete is not offered, and says why
    assert "say first what it costs" in acts(operations, "offer", plan)
    # A slip is told where it was made
    assert "free_delivery has no rate" in says(
        operations, plan, benefits=json.dumps([{"kind": "free_delivery", "rate": "0.5"}])
    )
    says(operations, plan)
    assert "It can be joined now" in acts(operations, "offer", plan)
    assert Plan.get(plan.id).state is PlanState.OFFERED
    version = PlanVersion.objects.get()
    assert (version.number, version.price, version.trial_days) == (1, 499, 14)
    assert version.made_by.startswith("staff:")
    for address in (PLANS, VERSIONS, f"{PLANS}{plan.id}/change/", f"{VERSIONS}{version.pk}/change/"):
        assert operations.get(address).status_code == 200, address


def test_support_looks_and_offers_nothing() -> None:
    support = person("support")
    assert support.get(PLANS).status_code == 200
    assert support.post(f"{PLANS}add/", PLUS).status_code == 403
    assert not Plan.objects.exists()


def test_staff_of_a_region_make_plans_there_alone() -> None:
    operations = person("operations", region="pl")
    operations.post(f"{PLANS}add/", PLUS)
    assert not Plan.objects.exists()
