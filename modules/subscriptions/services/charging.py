"""What payments is asked, run by run, and how what it answers is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from modules.payments.interface import PaymentId
from modules.subscriptions.interface import CreditReason, InvoiceState
from modules.subscriptions.models import Attempt, BillingRun, CreditNote, Invoice, Membership
from modules.subscriptions.services.outcomes import FAILED, NO_ANSWER, Heard, record
from modules.subscriptions.services.writing import RUN_PATIENCE
from modules.subscriptions.states import RunState
from tiffin import clock, db, jobs

NO_METHOD = "no_method"


class Wanted(NamedTuple):
    """What is charged."""

    charge_id: UUID
    customer_id: UUID
    amount: int
    tax: int
    currency: str
    method: str


def run_of(run_id: UUID) -> tuple[BillingRun, list[Invoice]] | None:
    """A run that is still to be asked for, and its invoices that are still owed."""
    run = BillingRun.get(run_id)
    if run.state is not RunState.ASKING:
        return None
    owed = [InvoiceState.OPEN.value, InvoiceState.UNCOLLECTIBLE.value]
    return run, list(Invoice.objects.filter(run=run, state_name__in=owed))


def choose(invoices: Sequence[Invoice], kept: Mapping[UUID, Sequence[str]]) -> None:
    """By which method what is tried again is charged: that of the membership and those that its customer
    keeps, in turn, but for those that refused it for good. Without one the attempt has failed."""
    open_ones = [each for each in invoices if not each.method]
    without: list[Heard] = []
    for invoice in open_ones:
        known = dict.fromkeys((invoice.membership.method, *kept.get(invoice.customer_id, ())))
        left = [method for method in known if method not in invoice.refused]
        if left:
            invoice.method = left[(invoice.attempt - 1) % len(left)]
        elif invoice.charge_id is not None:
            without.append(Heard(invoice.charge_id, None, FAILED, NO_METHOD))
    with db.transaction():
        db.update(*(each for each in open_ones if each.method), fields=("method",))
        record(without)


def wanted(invoices: Sequence[Invoice]) -> list[Wanted]:
    """What is charged of them."""
    return [
        Wanted(each.charge_id, each.customer_id, each.total, each.tax, each.currency, each.method)
        for each in invoices
        if each.charge_id is not None and each.method and each.is_under_way
    ]


def refused(charge_id: UUID) -> None:
    """Payments does not take it at all, for which nobody's card is to blame."""
    with db.transaction():
        record([Heard(charge_id, None, FAILED, NO_ANSWER)])


def end_run(run_id: UUID) -> None:
    """All of it was asked for."""
    with db.transaction():
        run = BillingRun.lock(run_id)
        if run.state is RunState.ASKING:
            run.move_to(RunState.ASKED)
            run.save(update_fields=("state_name",))
            jobs.clear_deadline(run)


def ask_for_run(run_id: UUID) -> None:
    """The deadline of a run: its job was given up, and is begun again."""
    run = BillingRun.lock(run_id)
    if run.state is RunState.ASKING:
        jobs.add(run, "charge_run", due=clock.now())
        jobs.set_deadline(run, "run_overdue", due=clock.now() + RUN_PATIENCE)


def to_undo(membership_id: UUID) -> list[tuple[Attempt, bool]]:
    """The charges that are not wanted, and whether each may still be on its way to payments."""
    rows = Attempt.objects.filter(invoice__membership_id=membership_id, unwanted=True, undone=False)
    return [
        (each, each.invoice.run is not None and each.invoice.run.state is RunState.ASKING)
        for each in rows.select_related("invoice__run")
    ]


def undone(attempt_id: UUID) -> None:
    """Payments has been told."""
    with db.transaction():
        Attempt.objects.filter(pk=attempt_id).update(undone=True)


def to_refund(membership_id: UUID) -> list[tuple[CreditNote, PaymentId]]:
    """What of the membership's invoices goes back, and payments was not asked for; of which payment."""
    rows = CreditNote.objects.filter(invoice__membership_id=membership_id, asked_at=None)
    rows = rows.filter(invoice__payment_id__isnull=False).exclude(reason=CreditReason.VOID.value)
    return [
        (note, PaymentId(note.invoice.payment_id)) for note in rows.select_related("invoice").order_by("pk")
    ]


def asked_to_refund(note_id: UUID) -> None:
    """Payments knows of it."""
    with db.transaction():
        CreditNote.objects.filter(pk=note_id).update(asked_at=clock.now())


def charge_under_way(membership_id: UUID) -> UUID | None:
    """The charge of which nothing was heard."""
    member = Membership.get(membership_id)
    invoice = Invoice.objects.filter(pk=member.owes).first() if member.owes else None
    return invoice.charge_id if invoice is not None and invoice.is_under_way else None
