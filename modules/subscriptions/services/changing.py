"""Another plan: one that brings more at once, with what is left of the old one credited; one that brings less
when the period is over."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from modules.subscriptions.billing import Cycle, Period, prorate, share_of
from modules.subscriptions.events import Why
from modules.subscriptions.interface import (
    ChangePreview,
    InvoiceKind,
    InvoiceLine,
    LineKind,
    MembershipState,
    MembershipStateConflict,
    PlanUnknown,
)
from modules.subscriptions.models import Invoice, Membership, PlanVersion
from modules.subscriptions.selectors.catalogue import offered_version
from modules.subscriptions.selectors.times import running_period, today
from modules.subscriptions.services.finding import change_under_way, lock_of
from modules.subscriptions.services.writing import an_invoice, writing
from tiffin import db
from tiffin.money import Money


class _Change(NamedTuple):
    version: PlanVersion
    at_once: bool
    on: date
    invoice: Invoice | None
    renews_on: date


def preview_change(*, customer_id: UUID, membership_id: UUID, plan_id: UUID) -> ChangePreview:
    """What `change` would do today, to the cent. Raises as it does."""
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        change = _changed(member, _offered(member, plan_id))
    price, invoice = change.version.phases[-1].price, change.invoice
    nothing = Money.zero(price.currency)
    return ChangePreview(
        plan_id=plan_id,
        at_once=change.at_once,
        on=change.on,
        lines=invoice.written if invoice else (),
        due=invoice.money if invoice else nothing,
        tax=invoice.of(invoice.tax) if invoice else nothing,
        renews_on=change.renews_on,
        renews_at_price=price,
    )


def change(*, customer_id: UUID, membership_id: UUID, plan_id: UUID) -> Membership:
    """Have the plan at once, as soon as what is due for it is paid, or when the period is over. Asking for
    the plan that it has takes back what was asked for before.

    Raises MembershipUnknown, PlanUnknown, MembershipStateConflict.
    """
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        if member.plan_id == plan_id:
            with writing() as changes:
                if member.becomes is not None:
                    member.becomes = None
                    changes.tell(member, Why.KEPT)
            return member
        version = _offered(member, plan_id)
        if change_under_way(member) is not None:
            raise MembershipStateConflict(state="changing", action="changed again before that is paid")
        wanted = _changed(member, version)
        with writing() as changes:
            if wanted.invoice is None:
                member.becomes = version
                changes.tell(member, Why.CHANGES)
            else:
                changes.ask(wanted.invoice, method=member.method, present=True)
                changes.open(wanted.invoice)
                changes.save(member)
    return member


def _offered(member: Membership, plan_id: UUID) -> PlanVersion:
    """Of the membership's own region. Raises PlanUnknown."""
    version = offered_version(plan_id, member.customer_id)
    if version.plan.region != member.region:
        raise PlanUnknown(plan_id=plan_id)
    return version


def _changed(member: Membership, version: PlanVersion) -> _Change:
    """Raises MembershipStateConflict."""
    states = {MembershipState.ACTIVE, MembershipState.TRIALING}
    if member.state not in states or member.owes is not None or member.cancels:
        raise MembershipStateConflict(state=member.state_name, action="changed to another plan")
    day, plan = today(member.region), version.plan
    if member.state is MembershipState.TRIALING or plan.level <= member.plan.level or day >= member.paid_to:
        return _Change(version, False, member.paid_to, None, member.paid_to)
    old = running_period(member)
    new = version.phases[-1].price  # introductions are for those who join
    was = Money(amount=member.period_price, currency=new.currency)
    if plan.months == member.plan.months:
        parts = prorate(old, old=was, new=new, on=day)
        period, credit, charge = Period(day, old.ends), parts.credit, parts.charge
    else:
        period = Cycle(day, plan.months).period(0)
        credit, charge = share_of(was, old.left(day), old), new
    if charge.amount <= credit.amount:
        return _Change(version, False, member.paid_to, None, member.paid_to)
    lines = (
        InvoiceLine(kind=LineKind.CREDIT, title=member.plan.title, begins=day, ends=old.ends, amount=-credit),
        InvoiceLine(kind=LineKind.CHARGE, title=plan.title, begins=day, ends=period.ends, amount=charge),
    )
    invoice = an_invoice(member, InvoiceKind.CHANGE, period, lines, method=member.method)
    invoice.to_version = version
    return _Change(version, True, day, invoice, period.ends)
