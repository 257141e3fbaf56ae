"""Becoming a member, and paying for it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError

from modules.subscriptions import policies
from modules.subscriptions.billing import midnight
from modules.subscriptions.events import Why
from modules.subscriptions.interface import (
    AlreadyMember,
    InvoiceKind,
    InvoiceState,
    MembershipState,
    NothingOwed,
    PhaseKind,
)
from modules.subscriptions.models import Membership
from modules.subscriptions.selectors.catalogue import offered_version
from modules.subscriptions.services.finding import current_of, lock_of, owed_by
from modules.subscriptions.services.trials import is_first
from modules.subscriptions.services.writing import next_invoice, settled, writing
from tiffin import clock, db, jobs, regions
from tiffin.regions import Region


def join(*, customer_id: UUID, plan_id: UUID, method: str, known_by: tuple[str, ...] = ()) -> Membership:
    """Begin with the trial, or with the first payment. There is one trial for each customer, and for each
    `known_by`: words that stand for a device, a phone or a card, and tell nothing of them. The
    card's and the phone's are known here.

    Raises PlanUnknown, AlreadyMember.
    """
    version = offered_version(plan_id, customer_id)
    plan = version.plan
    region, today = regions.get(plan.region), regions.get(plan.region).local(clock.now()).date()
    with db.transaction():
        member = Membership(
            customer_id=customer_id,
            region=plan.region,
            plan=plan,
            version_of=version,
            state_name=MembershipState.INCOMPLETE.value,
            method=method,
            started_on=today,
            anchor=today,
            paid_to=today,
        )
        trial = version.phases[0] if version.phases[0].kind is PhaseKind.TRIAL else None
        if trial is not None and is_first(member, known_by):
            member.state_name = MembershipState.TRIALING.value
            member.begin_anew(today + timedelta(days=trial.days))
            member.paid_to, member.due_at = member.anchor, midnight(member.anchor, region.time_zone)
            _insert(member, Why.JOINED)
            jobs.add(member, "check_trial", due=clock.now())
        else:
            _owe_first(member, region)
    return member


def _owe_first(member: Membership, region: Region) -> None:
    member.due_at = clock.now() + policies.joining_time(region, on=member.started_on)
    invoice = next_invoice(member, InvoiceKind.JOIN, method=member.method)
    if invoice.total:
        member.owes = invoice.id
        _insert(member, None)
        with writing() as changes:
            changes.ask(invoice, method=member.method, present=True)
            changes.open(invoice)
        return
    invoice.state_name = InvoiceState.PAID.value
    settled(member, invoice)
    _insert(member, Why.JOINED)
    db.insert(invoice)


@db.transaction_required
def _insert(member: Membership, why: Why | None) -> None:
    """Raises AlreadyMember."""
    try:
        with db.attempt():
            member.save(force_insert=True)
    except IntegrityError:
        there = current_of(member.customer_id, member.region)
        if there is None:
            raise
        raise AlreadyMember(state=there.state_name) from None
    if why is not None:
        with writing() as changes:
            changes.tell(member, why)


def pay(*, customer_id: UUID, membership_id: UUID, method: str) -> Membership:
    """Charge what is owed by this method, now, and what comes later too. While the charge before is under way
    only the later ones.

    Raises MembershipUnknown, NothingOwed.
    """
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        invoice = owed_by(member)
        if invoice is None:
            raise NothingOwed()
        member.method = method
        with writing() as changes:
            changes.save(member)
            if not invoice.is_under_way:
                changes.ask(invoice, method=method, present=True)
    return member


def use_method(*, customer_id: UUID, membership_id: UUID, method: str) -> Membership:
    """Charge the periods to come by this method. Raises MembershipUnknown."""
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        member.method = method
        member.save(update_fields=("method",))
    return member
