"""What changes with memberships and their invoices, of one or of hundreds: by one statement a kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from modules.subscriptions import policies
from modules.subscriptions.billing import MONTHS_A_YEAR, Period, phase_of
from modules.subscriptions.events import MembershipChanged, Why
from modules.subscriptions.interface import (
    CreditReason,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    LineKind,
    MembershipState,
)
from modules.subscriptions.models import Attempt, BillingRun, CreditNote, Invoice, Membership
from modules.subscriptions.selectors.times import (
    access_until,
    begins_at,
    first_period_from,
    next_period,
    today,
)
from tiffin import clock, context, db, jobs, regions
from tiffin.log import Event, publish_all
from tiffin.money import Money

RUN_PATIENCE = timedelta(minutes=15)
_BILLED = frozenset({MembershipState.ACTIVE, MembershipState.PAST_DUE})


class Writing:
    """Of locked memberships. What is told is written with the membership."""

    def __init__(self) -> None:
        self._told: dict[UUID, tuple[Membership, list[Event]]] = {}
        self._silent: dict[UUID, Membership] = {}
        self._opened: list[Invoice] = []
        self._changed: dict[UUID, Invoice] = {}
        self._credits: list[CreditNote] = []
        self._refunded: list[Membership] = []
        self._attempts: list[Attempt] = []
        self._answered: list[Attempt] = []
        self._runs: dict[str, BillingRun] = {}
        self._looks: list[Membership] = []
        self._undone: list[tuple[Membership, UUID]] = []

    def tell(
        self,
        membership: Membership,
        why: Why,
        *,
        about: Invoice | None = None,
        again_on: date | None = None,
        due: Money | None = None,
    ) -> None:
        event = told(membership, why, about=about, again_on=again_on, due=due)
        self._told.setdefault(membership.id, (membership, []))[1].append(event)

    def save(self, membership: Membership) -> None:
        """It changed in a way of which nobody needs to hear."""
        self._silent[membership.id] = membership

    def open(self, invoice: Invoice) -> None:
        self._opened.append(invoice)

    def change(self, invoice: Invoice) -> None:
        if not invoice._state.adding:
            self._changed[invoice.id] = invoice

    def void(self, invoice: Invoice) -> None:
        """It is not owed any more."""
        invoice.move_to(InvoiceState.VOID)
        self.change(invoice)
        if invoice.total:
            self._credits.append(invoice.credit(invoice.total, CreditReason.VOID))

    def give_back(
        self, membership: Membership, invoice: Invoice, amount: int, reason: CreditReason, *, note: str = ""
    ) -> None:
        """So much of what was paid is not owed after all, and goes back."""
        invoice.refunded += amount
        self.change(invoice)
        credit = invoice.credit(amount, reason)
        credit.note, credit.made_by = note, str(context.current().actor)[:64] if note else ""
        self._credits.append(credit)
        self._refunded.append(membership)

    def ask(self, invoice: Invoice, *, method: str = "", present: bool = False) -> None:
        """Charge it, with the others of its region."""
        run = self._runs.get(invoice.region)
        if run is None:
            run = self._runs[invoice.region] = BillingRun(region=invoice.region, present=present)
        self._attempts.append(invoice.ask(run, method=method))
        self.change(invoice)

    def look_at(self, membership: Membership) -> None:
        """Ask payments what became of what it owes."""
        self._looks.append(membership)

    def undo(self, membership: Membership, charge_id: UUID) -> None:
        """What is not wanted any more is let go, or given back."""
        self._undone.append((membership, charge_id))

    def answer(self, attempt: Attempt, outcome: str, reason: str = "") -> None:
        attempt.outcome, attempt.reason = outcome, reason[:64]
        self._answered.append(attempt)

    @db.transaction_required
    def write(self) -> None:
        for run in self._runs.values():
            run.save(force_insert=True)
            jobs.add(run, "charge_run", due=clock.now())
            jobs.set_deadline(run, "run_overdue", due=clock.now() + RUN_PATIENCE)
        db.insert(*self._opened)
        db.update(*self._changed.values(), fields=Invoice.CHANGING)
        db.insert(*self._credits)
        db.insert(*self._attempts)
        db.update(*self._answered, fields=("outcome", "reason"))
        if self._undone:
            Attempt.objects.filter(pk__in=[charge for _, charge in self._undone]).update(unwanted=True)
        for member, _ in self._undone:
            jobs.add(member, "undo_charges", due=clock.now())
        for member in self._refunded:
            jobs.add(member, "refund_invoices", due=clock.now())
        for member in self._looks:
            jobs.add(member, "look_at_charge", due=clock.now())
        silent = [each for each in self._silent.values() if each.id not in self._told]
        db.update(*silent, fields=Membership.CHANGING)
        publish_all(list(self._told.values()), saving=Membership.CHANGING)


@contextmanager
def writing() -> Iterator[Writing]:
    """Written at its end."""
    changes = Writing()
    yield changes
    changes.write()


def told(
    membership: Membership,
    why: Why,
    *,
    about: Invoice | None = None,
    again_on: date | None = None,
    due: Money | None = None,
) -> MembershipChanged:
    until = access_until(membership)
    return MembershipChanged(
        membership_id=membership.id,
        customer_id=membership.customer_id,
        plan_code=membership.plan.code,
        title=membership.plan.title,
        state=membership.state,
        why=why,
        benefits=membership.version_of.brings,
        valid_in=policies.valid_in(regions.get(membership.region), on=today(membership.region)),
        access_until=until.isoformat() if until else "",
        invoice_id=about.id if about else None,
        total=about.money if about else due,
        tax=about.of(about.tax) if about else None,
        again_on=again_on.isoformat() if again_on else "",
        paid_to=membership.paid_to.isoformat() if membership.paid_to else "",
        a_year=_a_year(membership),
        **_new_price(membership),
    )


def _new_price(membership: Membership) -> dict[str, Any]:
    if membership.next_version is None or membership.next_version_from is None:
        return {}
    begins = first_period_from(membership, membership.next_version_from).begins
    price = membership.next_version.phases[-1].price
    return {"new_price": price, "new_price_from": begins.isoformat()}


def _a_year(membership: Membership) -> Money | None:
    if membership.state not in _BILLED:
        return None
    region = regions.get(membership.region)
    paid, tax = policies.taxed(region, membership.version_of.phases[-1].price, on=today(membership.region))
    return (paid - tax) * (MONTHS_A_YEAR // membership.plan.months)


def next_invoice(membership: Membership, kind: InvoiceKind, *, method: str) -> Invoice:
    """What the next period costs; the membership has it behind it then."""
    period, phase = next_period(membership), phase_of(membership.version_of.phases, membership.billed)
    line = InvoiceLine(
        kind=LineKind.PERIOD,
        title=membership.plan.title,
        begins=period.begins,
        ends=period.ends,
        amount=phase.price,
    )
    membership.next_number += 1
    membership.billed += 1
    return an_invoice(membership, kind, period, (line,), method=method)


def an_invoice(
    membership: Membership,
    kind: InvoiceKind,
    period: Period,
    lines: tuple[InvoiceLine, ...],
    *,
    method: str,
) -> Invoice:
    """Of these lines, with the tax of the day on which they begin."""
    region = regions.get(membership.region)
    net = sum((line.amount for line in lines), Money.zero(region.currency))
    total, tax = policies.taxed(region, net, on=period.begins)
    return Invoice(
        membership=membership,
        region=membership.region,
        customer_id=membership.customer_id,
        kind=kind.value,
        begins=period.begins,
        ends=period.ends,
        lines=msgspec.to_builtins(lines),
        total=total.amount,
        tax=tax.amount,
        currency=region.currency,
        method=method,
    )


def settled(membership: Membership, invoice: Invoice) -> None:
    """The period is paid for, and the next one is waited for."""
    if invoice.state is not InvoiceState.PAID:
        invoice.move_to(InvoiceState.PAID)
    invoice.paid_at, invoice.action_url, invoice.reason = clock.now(), "", ""
    membership.have_paid(invoice.begins, invoice.ends, invoice.priced)
    membership.owes = None
    if membership.state is not MembershipState.ACTIVE:
        membership.move_to(MembershipState.ACTIVE)
    membership.due_at = begins_at(membership, invoice.ends)
