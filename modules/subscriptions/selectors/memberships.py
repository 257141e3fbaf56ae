"""Memberships and invoices, as others see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Sum

from modules.subscriptions import policies
from modules.subscriptions.billing import Period, phase_of
from modules.subscriptions.interface import (
    Benefit,
    CreditNoteView,
    CreditReason,
    InvoiceKind,
    InvoiceState,
    InvoiceView,
    MembershipUnknown,
    MembershipView,
)
from modules.subscriptions.models import CreditNote, Invoice, Membership, Saving
from modules.subscriptions.selectors.times import access_until, first_period_from, next_period, today
from tiffin import clock, regions
from tiffin.money import Money

MOST = 200


def of_customer(customer_id: UUID) -> list[MembershipView]:
    """The newest first."""
    rows = Membership.objects.filter(customer_id=customer_id).order_by("-pk")
    return [
        view(each)
        for each in rows.select_related("plan", "version_of__plan", "becomes__plan", "next_version")
    ]


def membership(customer_id: UUID, membership_id: UUID) -> MembershipView:
    """Raises MembershipUnknown."""
    rows = Membership.objects.filter(customer_id=customer_id, pk=membership_id)
    found = rows.select_related("plan", "version_of__plan", "becomes__plan", "next_version").first()
    if found is None:
        raise MembershipUnknown(membership_id=membership_id)
    return view(found)


def invoices(customer_id: UUID) -> list[InvoiceView]:
    """The newest first."""
    rows = Invoice.objects.filter(customer_id=customer_id).order_by("-opened_at", "-pk")
    rows = rows.prefetch_related("credits")[:MOST]
    return [invoice(each) for each in rows]


def page(*, after: UUID | None, size: int) -> list[InvoiceView]:
    """A page of all invoices, by id."""
    rows = Invoice.objects.order_by("pk").prefetch_related("credits")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return [invoice(each) for each in rows[: max(1, min(size, MOST))]]


def charged_for(charge_ids: Iterable[UUID]) -> list[UUID]:
    """Those that are charges for invoices."""
    return list(
        Invoice.objects.filter(attempts__pk__in=list(charge_ids)).values_list("attempts__pk", flat=True)
    )


def view(member: Membership) -> MembershipView:
    region = regions.get(member.region)
    owed = _owed(member)
    renews = member.renews and member.becomes_id is None
    following = next_period(member) if member.renews else None
    next_price = next_price_of(member, following) if following else None
    new_price = member.next_version.phases[-1].price if member.next_version and renews else None
    return MembershipView(
        id=member.id,
        customer_id=member.customer_id,
        region=member.region,
        plan_id=member.plan_id,
        plan_code=member.plan.code,
        title=member.plan.title,
        version=member.version_of.number,
        state=member.state,
        started_on=member.started_on,
        benefits=_brings(member),
        valid_in=policies.valid_in(region, on=today(member.region)),
        access_until=access_until(member),
        renews_on=following.begins if following else None,
        renews_at_price=next_price,
        new_price=new_price,
        new_price_from=_new_price_from(member) if new_price else None,
        cancels=member.cancels,
        changes_to=member.becomes.plan_id if member.becomes else None,
        paused_until=member.paused_to,
        owed=owed.money if owed else None,
        action_url=(owed.action_url or None) if owed else None,
        saved=Money(amount=_saved(member), currency=region.currency),
    )


def _brings(member: Membership) -> tuple[Benefit, ...]:
    """Partners' links are for those who have them now."""
    brings = member.version_of.brings
    until = access_until(member)
    if until is not None and clock.now() < until:
        return brings
    return tuple(benefit.without_link() for benefit in brings)


def next_price_of(member: Membership, following: Period) -> Money:
    """Of the next period, before tax that is added."""
    if member.becomes is not None:
        return member.becomes.phases[-1].price
    if member.terms_on(following.begins) != member.version_of:
        return member.terms_on(following.begins).phases[-1].price
    return phase_of(member.version_of.phases, member.billed).price


def _new_price_from(member: Membership) -> date | None:
    if member.next_version_from is None:
        return None
    return first_period_from(member, member.next_version_from).begins


def _saved(member: Membership) -> int:
    savings = Saving.objects.filter(membership=member, undone_at=None)
    saved: int | None = savings.aggregate(sum=Sum("amount"))["sum"]
    return saved or 0


def _owed(member: Membership) -> Invoice | None:
    """What is to be paid: for a period, or for another plan."""
    found: Invoice | None = (
        Invoice.objects.filter(
            membership=member, state_name__in=(InvoiceState.OPEN.value, InvoiceState.UNCOLLECTIBLE.value)
        )
        .order_by("pk")
        .last()
        if not member.is_over
        else None
    )
    return found


def invoice(found: Invoice) -> InvoiceView:
    number = "" if found.number is None else f"{found.region.upper()}-M-{found.number}"
    return InvoiceView(
        id=found.id,
        membership_id=found.membership_id,
        kind=InvoiceKind(found.kind),
        state=found.state,
        number=number,
        lines=found.written,
        total=found.money,
        tax=found.of(found.tax),
        refunded=found.of(found.refunded),
        opened_at=found.opened_at,
        paid_at=found.paid_at,
        payment_id=found.payment_id,
        credits=tuple(_credit(note) for note in found.credits.all()),
    )


def _credit(note: CreditNote) -> CreditNoteView:
    return CreditNoteView(
        number="" if note.number is None else f"{note.region.upper()}-C-{note.number}",
        reason=CreditReason(note.reason),
        total=note.money,
        tax=Money(amount=note.tax, currency=note.currency),
        issued_at=note.opened_at,
    )
