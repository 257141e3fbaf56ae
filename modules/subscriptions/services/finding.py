"""Memberships, locked for whoever changes them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipUnknown
from modules.subscriptions.models import Invoice, Membership, PlanVersion
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
    ids = {
        each
        for member in members
        for each in (member.version_of_id, member.next_version_id, member.becomes_id)
    }
    versions = PlanVersion.objects.select_related("plan").in_bulk(ids - {None})
    for member in members:
        member.version_of = versions[member.version_of_id]
        member.plan = member.version_of.plan
        if member.next_version_id is not None:
            member.next_version = versions[member.next_version_id]
        if member.becomes_id is not None:
            member.becomes = versions[member.becomes_id]


@db.transaction_required
def lock_of(customer_id: UUID, membership_id: UUID) -> Membership:
    """The customer's own. Raises MembershipUnknown."""
    rows = Membership.objects.select_related("plan", "version_of__plan", "becomes__plan")
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
    return changes_under_way([member]).get(member.id)


@db.transaction_required
def changes_under_way(members: Sequence[Membership]) -> dict[UUID, Invoice]:
    """By membership, locked."""
    rows = Invoice.objects.filter(
        membership__in=[member.pk for member in members],
        kind=InvoiceKind.CHANGE.value,
        state_name=InvoiceState.OPEN.value,
    )
    return {invoice.membership_id: invoice for invoice in rows.select_for_update().order_by("pk")}
