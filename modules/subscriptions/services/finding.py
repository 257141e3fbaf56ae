"""Memberships, locked for whoever changes them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipUnknown
from modules.subscriptions.models import Invoice, Membership, Plan, PlanVersion
from modules.subscriptions.states import ENDED
from tiffin import db

_OWED = (InvoiceState.OPEN.value, InvoiceState.UNCOLLECTIBLE.value)


def current_of(customer_id: UUID, region: str) -> Membership | None:
    """The one that is not over."""
    over = [state.value for state in ENDED]
    found: Membership | None = (
        Membership.objects.filter(customer_id=customer_id, region=region).exclude(state_name__in=over).first()
    )
    return found


def give_terms(members: Sequence[Membership]) -> None:
    """Have their plans and versions at hand: each is read once, not with every member."""
    version_ids = {each for member in members for each in (member.version_of_id, member.next_version_id)}
    versions = PlanVersion.objects.select_related("plan").in_bulk(version_ids - {None})
    plans = {version.plan_id: version.plan for version in versions.values()}
    plan_ids = {each for member in members for each in (member.plan_id, member.next_plan_id)}
    plans |= Plan.objects.in_bulk(plan_ids - {None, *plans})
    for member in members:
        member.plan, member.version_of = plans[member.plan_id], versions[member.version_of_id]
        if member.next_plan_id is not None:
            member.next_plan = plans[member.next_plan_id]
        if member.next_version_id is not None:
            member.next_version = versions[member.next_version_id]


@db.transaction_required
def lock_of(customer_id: UUID, membership_id: UUID) -> Membership:
    """The customer's own. Raises MembershipUnknown."""
    rows = Membership.objects.select_related("plan", "version_of__plan", "next_plan")
    mine = rows.filter(pk=membership_id, customer_id=customer_id).select_for_update(of=("self",)).first()
    if mine is None:
        raise MembershipUnknown(membership_id=membership_id)
    found: Membership = mine
    return found


@db.transaction_required
def owed_by(member: Membership) -> Invoice | None:
    """What the membership owes for a period, locked."""
    if member.owes is None:
        return None
    rows = Invoice.objects.filter(pk=member.owes, state_name__in=_OWED)
    found: Invoice | None = rows.select_for_update().first()
    return found


@db.transaction_required
def change_under_way(member: Membership) -> Invoice | None:
    """What is to be paid for another plan, locked."""
    rows = Invoice.objects.filter(
        membership=member, kind=InvoiceKind.CHANGE.value, state_name=InvoiceState.OPEN.value
    )
    found: Invoice | None = rows.select_for_update().first()
    return found
