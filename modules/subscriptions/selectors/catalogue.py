"""Plans, as others see them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from modules.subscriptions.errors import PlanIncomplete
from modules.subscriptions.interface import MembershipState, PlanUnknown, PlanView
from modules.subscriptions.models import Membership, Plan, PlanVersion
from modules.subscriptions.selectors.times import today
from modules.subscriptions.states import PlanState
from tiffin import clock, regions


def plans(region: str, customer_id: UUID | None = None) -> list[PlanView]:
    """Those that can be joined there now, by the customer where one is named, at what they cost newcomers,
    the one that brings least first. Raises UnknownRegion."""
    offered = PlanVersion.objects.filter(
        plan__region=regions.get(region).code,
        plan__state_name=PlanState.OFFERED.value,
        from_at__lte=clock.now(),
    )
    latest = offered.order_by("plan_id", "-number").distinct("plan_id").select_related("plan")
    found = sorted(latest, key=lambda version: (version.plan.level, version.plan.months, version.plan.code))
    if any(version.plan.comeback_days is not None for version in found):
        away = days_away(customer_id, region) if customer_id is not None else None
        found = [version for version in found if _is_for(version.plan, away)]
    return [_view(version) for version in found]


def days_away(customer_id: UUID, region: str) -> int | None:
    """How long the customer has been without a membership there; None who has one, or never had."""
    joined = Membership.objects.filter(customer_id=customer_id, region=region)
    mine = joined.exclude(state_name=MembershipState.INCOMPLETE_EXPIRED.value)
    ends = list(mine.values_list("ended_on", flat=True))
    if not ends or None in ends:
        return None
    last: date = max(ends)
    return (today(region) - last).days


def _is_for(plan: Plan, away: int | None) -> bool:
    """Whether somebody who has been away for so many days can join it."""
    return plan.comeback_days is None or (away is not None and away >= plan.comeback_days)


def newest_version(plan: Plan) -> PlanVersion:
    """What it costs and brings newcomers now. Raises PlanIncomplete while it says nothing."""
    versions = PlanVersion.objects.filter(plan=plan, from_at__lte=clock.now()).select_related("plan")
    found: PlanVersion | None = versions.order_by("-number").first()
    if found is None:
        raise PlanIncomplete(plan=plan.code)
    return found


def offered_version(plan_id: UUID, customer_id: UUID) -> PlanVersion:
    """What a plan that the customer can join costs and brings newcomers now. Raises PlanUnknown."""
    plan = Plan.objects.filter(pk=plan_id, state_name=PlanState.OFFERED.value).first()
    if plan is None:
        raise PlanUnknown(plan_id=plan_id)
    if plan.comeback_days is not None and not _is_for(plan, days_away(customer_id, plan.region)):
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
        benefits=tuple(benefit.without_link() for benefit in version.brings),
        version=version.number,
        phases=version.phases,
        for_comeback=plan.comeback_days is not None,
    )
