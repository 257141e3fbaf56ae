"""Asking those who left to come back, once, to a plan that is theirs alone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Max

from modules.subscriptions.errors import PlanIncomplete
from modules.subscriptions.events import MembershipOffered
from modules.subscriptions.interface import MembershipState, PhaseKind
from modules.subscriptions.models import Membership, Plan, PlanVersion
from modules.subscriptions.selectors.catalogue import newest_version
from modules.subscriptions.selectors.times import today
from modules.subscriptions.states import PlanState
from tiffin import clock, db
from tiffin.log import publish_all

AT_ONCE = 500
# Whoever left longer ago does not remember us.
REMEMBERED = timedelta(days=365)


def invite_some() -> bool:
    """The next of those whom an offered plan calls back. Returns whether there may be more."""
    called = Plan.objects.filter(state_name=PlanState.OFFERED.value, comeback_days__isnull=False)
    more = [_invite(plan) for plan in called.order_by("region", "level", "pk")]
    return any(more)


def _invite(plan: Plan) -> bool:
    try:
        version = newest_version(plan)
    except PlanIncomplete:
        return False
    with db.transaction():
        members = _left_for(plan, plan.comeback_days or 0)
        back = _back(members)
        for member in members:
            member.invited_at = clock.now()
        told = [(member, [_offered(member, version)]) for member in members if member.id not in back]
        publish_all(told, saving=("invited_at",))
        db.update(*(member for member in members if member.id in back), fields=("invited_at",))
    return len(members) == AT_ONCE


@db.transaction_required
def _left_for(plan: Plan, days: int) -> list[Membership]:
    """Those that ended so many days ago or earlier, and of whom nobody was told yet, locked."""
    last = today(plan.region) - timedelta(days=days)
    rows = Membership.objects.filter(
        region=plan.region,
        state_name=MembershipState.CANCELED.value,
        invited_at=None,
        ended_on__lte=last,
        ended_on__gt=last - REMEMBERED,
    ).order_by("ended_on", "pk")
    return list(rows.select_for_update(skip_locked=True)[:AT_ONCE])


def _back(members: list[Membership]) -> set[UUID]:
    """Those whose customer has joined again since, and perhaps left again."""
    customers = [member.customer_id for member in members]
    rows = Membership.objects.filter(customer_id__in=customers).values_list("region", "customer_id")
    newest = {(region, customer): at for region, customer, at in rows.annotate(Max("created_at"))}
    return {member.id for member in members if newest[member.region, member.customer_id] > member.created_at}


def _offered(member: Membership, version: PlanVersion) -> MembershipOffered:
    first, then = version.phases[0], version.phases[-1]
    return MembershipOffered(
        membership_id=member.id,
        customer_id=member.customer_id,
        plan_id=version.plan.id,
        title=version.plan.title,
        months=version.plan.months,
        price=first.price,
        periods=first.periods if first.kind is PhaseKind.DISCOUNT else 0,
        then_price=then.price,
    )
