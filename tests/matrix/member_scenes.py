"""Plans of each region, made by its staff."""

from __future__ import annotations

import json

from tests.matrix.cast import Cast
from tiffin import ids


def plan_of(cast: Cast, region: str, *, offered: bool = False) -> str:
    """A draft that says what it costs and brings."""
    code = f"plan-{str(ids.new_id())[-12:]}"
    form = {"title": "Matrix", "region": region, "code": code, "months": "1", "level": "1"}
    cast.as_staff(f"operations of {region}", "/admin/subscriptions/plan/add/", form)
    plan = _one(cast, "SELECT id FROM subscriptions_plan WHERE code = %s", code)
    terms = {
        "plan": plan,
        "from_at_0": "2020-01-01",
        "from_at_1": "00:00:00",
        "price": "499",
        "trial_days": "0",
        "intro_periods": "0",
        "benefits": json.dumps([{"kind": "free_delivery"}]),
    }
    cast.as_staff(f"operations of {region}", "/admin/subscriptions/planversion/add/", terms)
    version_of(cast, plan)
    if offered:
        chosen = {"action": "offer", "_selected_action": plan}
        cast.as_staff(f"operations of {region}", "/admin/subscriptions/plan/", chosen)
    return plan


def version_of(cast: Cast, plan: str) -> str:
    """What the plan costs and brings."""
    return _one(cast, "SELECT id FROM subscriptions_planversion WHERE plan_id = %s", plan)


def plan_rows(cast: Cast, region: str) -> dict[str, str]:
    plan = plan_of(cast, region)
    return {"subscriptions.plan": plan, "subscriptions.planversion": version_of(cast, plan)}


def _one(cast: Cast, query: str, parameter: str) -> str:
    return str(cast.platform.await_rows("subscriptions", query, [parameter])[0][0])
