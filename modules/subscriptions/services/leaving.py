"""Leaving: when the period is over, at once, or as if one had never joined."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from modules.subscriptions import policies
from modules.subscriptions.billing import share_of
from modules.subscriptions.events import Why
from modules.subscriptions.interface import (
    CoolingOffOver,
    CreditReason,
    InvoiceState,
    MembershipState,
    MembershipStateConflict,
)
from modules.subscriptions.models import Invoice, Membership, OfferShown
from modules.subscriptions.selectors.times import running_period, today
from modules.subscriptions.services.ending import drop_change, end
from modules.subscriptions.services.finding import change_under_way, lock_of, owed_by
from modules.subscriptions.services.pausing import come_back
from modules.subscriptions.services.writing import writing
from tiffin import clock, db, regions
from tiffin.money import Money

_RUNS_ON = frozenset({MembershipState.TRIALING, MembershipState.ACTIVE})


def cancel(*, customer_id: UUID, membership_id: UUID, now: bool = False) -> Membership:
    """Let it end when the period that is paid for is over, or `now`; where nothing is paid for it ends now.
    What is owed is not asked for any more, and a charge under way is let go or given back.

    Raises MembershipUnknown, MembershipStateConflict.
    """
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        if member.is_over:
            raise MembershipStateConflict(state=member.state_name, action="canceled")
        with writing() as changes:
            drop_change(changes, member, change_under_way(member))
            owed = owed_by(member)
            if member.state is MembershipState.PAUSED and not now:
                come_back(changes, member)  # what is paid for is had before it ends
            if now or owed is not None or member.state not in _RUNS_ON:
                end(changes, member, owed, Why.ENDED)
            else:
                member.cancels, member.becomes = True, None
                changes.tell(member, Why.CANCELS)
    return member


def keep(*, customer_id: UUID, membership_id: UUID) -> Membership:
    """It does not end after all. Raises MembershipUnknown, MembershipStateConflict."""
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        if member.is_over or not member.cancels:
            raise MembershipStateConflict(state=member.state_name, action="kept: it does not end")
        member.cancels = False
        with writing() as changes:
            changes.tell(member, Why.KEPT)
    return member


def take_back(*, customer_id: UUID, membership_id: UUID) -> Membership:
    """Within the time that the region gives after joining: it ends now, and what was paid comes back.

    Raises MembershipUnknown, MembershipStateConflict, CoolingOffOver.
    """
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        if member.is_over:
            raise MembershipStateConflict(state=member.state_name, action="taken back")
        day = today(member.region)
        until = cooling_off_until(member)
        if until is None or day > until:
            raise CoolingOffOver(until=until)
        rows = Invoice.objects.filter(membership=member, state_name=InvoiceState.PAID.value)
        paid = list(rows.select_for_update().order_by("-paid_at", "-pk"))
        rules = policies.cooling_off(regions.get(member.region), on=member.started_on)
        with writing() as changes:
            drop_change(changes, member, change_under_way(member))
            left = sum(invoice.total - invoice.refunded for invoice in paid)
            if rules is not None and rules.keeps_used:
                left = min(left, _unused(member, day))
            for invoice in paid:
                back = min(left, invoice.total - invoice.refunded)
                if back:
                    changes.give_back(member, invoice, back, CreditReason.TAKEN_BACK)
                left -= back
            end(changes, member, owed_by(member), Why.TAKEN_BACK)
    return member


@db.transaction_required
def forget_customer(customer_id: UUID) -> None:
    """All of a customer's memberships end."""
    for member in Membership.objects.filter(customer_id=customer_id, ended_on=None).order_by("pk"):
        mine = lock_of(customer_id, member.pk)
        if not mine.is_over:
            with writing() as changes:
                drop_change(changes, mine, change_under_way(mine))
                end(changes, mine, owed_by(mine), Why.ENDED)
    OfferShown.objects.filter(customer_id=customer_id).delete()
    # Nobody asks them to come back.
    Membership.objects.filter(customer_id=customer_id, invited_at=None).update(invited_at=clock.now())


def cooling_off_until(member: Membership) -> date | None:
    """The last day on which it can be taken back; None where it cannot."""
    rules = policies.cooling_off(regions.get(member.region), on=member.started_on)
    return None if rules is None else member.started_on + timedelta(days=rules.days)


def _unused(member: Membership, day: date) -> int:
    """What the days cost that were paid for and not had, those of a pause among them, with their tax."""
    region = regions.get(member.region)
    since = day if member.paused_from is None else member.paused_from
    period = running_period(member)
    left = min(max(0, (member.paid_to - since).days), period.days)
    if not left:
        return 0
    price = Money(amount=member.period_price, currency=region.currency)
    whole, _ = policies.taxed(region, price, on=period.begins)
    return share_of(whole, left, period).amount
