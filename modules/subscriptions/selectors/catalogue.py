"""Plans, as others see them."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions.errors import PlanIncomplete
from modules.subscriptions.interface import PlanUnknown, PlanView
from modules.subscriptions.models import Plan, PlanVersion
from modules.subscriptions.states import PlanState
from tiffin import clock, regions


def plans(region: str) -> list[PlanView]:
    """Those that can be joined there now, at what they cost newcomers, the one that brings least first.
    Raises UnknownRegion."""
    offered = PlanVersion.objects.filter(
        plan__region=regions.get(region).code,
        plan__state_name=PlanState.OFFERED.value,
        from_at__lte=clock.now(),
    )
    latest = offered.order_by("plan_id", "-number").distinct("plan_id").select_related("plan")
    found = sorted(latest, key=lambda version: (version.plan.level, version.plan.months, version.plan.code))
    return [_view(version) for version in found]


def newest_version(plan: Plan) -> PlanVersion:
    """What it costs and brings newcomers now. Raises PlanIncomplete while it says nothing."""
    versions = PlanVersion.objects.filter(plan=plan, from_at__lte=clock.now()).select_related("plan")
    found: PlanVersion | None = versions.order_by("-number").first()
    if found is None:
        raise PlanIncomplete(plan=plan.code)
    return found


def offered_version(plan_id: UUID) -> PlanVersion:
    """What a plan that can be joined costs and brings newcomers now. Raises PlanUnknown."""
    plan = Plan.objects.filter(pk=plan_id, state_name=PlanState.OFFERED.value).first()
    if plan is None:
        raise PlanUnknown(plan_id=plan_id)
    try:
        return newest_version(plan)
    except PlanIncomplete:
        raise PlanUnknown(plan_id=plan_id) from None


def _view(version: PlanVersion) -> PlanView:
    plan = version.plan
    return PlanView(
        id=plan.id,
        region=plan.region,
        code=plan.code,
        title=plan.title,
        months=plan.months,
        level=plan.level,
        benefits=version.brings,
        version=version.number,
        phases=version.phases,
    )
