"""Plans, as others see them."""

from __future__ import annotations

from modules.subscriptions.interface import PlanView
from modules.subscriptions.models import PlanVersion
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
