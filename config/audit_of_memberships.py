"""What must hold between subscriptions and payments: what is charged is invoiced, and what is paid was
taken."""

from __future__ import annotations

from collections.abc import Iterator

from modules.payments.interface import PaymentId, Payments, PaymentState, PaymentView
from modules.subscriptions.interface import PURPOSE, InvoiceState, InvoiceView, Subscriptions
from tiffin.audit import Inspection
from tiffin.interfaces import call

# What is asked back is under way.
_UNDER_WAY = frozenset({PaymentState.CAPTURED, PaymentState.REFUNDING})


def charges_have_invoices(inspection: Inspection) -> None:
    """Whoever is charged for a membership has an invoice for it. Counts charges."""
    page = call(Payments).page()
    while page:
        charges = {payment.order_id: payment for payment in page if payment.purpose == PURPOSE}
        known = set(call(Subscriptions).charged(charge_ids=tuple(charges))) if charges else set()
        for charge_id, payment in charges.items():
            if charge_id not in known:
                inspection.find(payment.id, f"the charge over {payment.amount} is for no invoice")
        inspection.looked(len(charges))
        page = call(Payments).page(after=page[-1].id)


def invoices_are_paid(inspection: Inspection) -> None:
    """Of each invoice that is paid exactly its total was taken, and what was given back of it goes back.
    Counts invoices."""
    page = call(Subscriptions).invoices_page()
    while page:
        paid = [invoice for invoice in page if invoice.state is InvoiceState.PAID and invoice.total]
        asked = [PaymentId(each.payment_id) for each in paid if each.payment_id is not None]
        payments = {payment.id: payment for payment in call(Payments).get_many(payment_ids=asked)}
        for invoice in paid:
            payment = payments.get(PaymentId(invoice.payment_id)) if invoice.payment_id else None
            for problem in _problems(invoice, payment):
                inspection.find(invoice.id, problem)
        inspection.looked(len(page))
        page = call(Subscriptions).invoices_page(after=page[-1].id)


def _problems(invoice: InvoiceView, payment: PaymentView | None) -> Iterator[str]:
    if payment is None:
        yield f"it is paid, and {invoice.total} were taken by no payment"
    elif payment.captured != invoice.total:
        yield f"it is over {invoice.total}, and {payment.captured} were taken"
    elif payment.refunded != invoice.refunded and payment.state not in _UNDER_WAY:
        yield f"{invoice.refunded} of it go back, and {payment.refunded} did"
