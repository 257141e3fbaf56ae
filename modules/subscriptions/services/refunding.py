"""What staff give back of what members paid."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions.interface import CreditReason, InvoiceState, NotGivenBack
from modules.subscriptions.models import Invoice, Membership
from modules.subscriptions.services.finding import give_terms
from modules.subscriptions.services.writing import writing
from tiffin import db


def give_back(*, invoice_id: UUID, amount: int | None, note: str) -> None:
    """So much of a paid invoice in minor units, or all that is left of it; the membership goes on as it is.

    Raises NotGivenBack.
    """
    with db.transaction():
        member = Membership.lock(Invoice.objects.values_list("membership_id", flat=True).get(pk=invoice_id))
        give_terms([member])
        invoice = Invoice.objects.select_for_update().get(pk=invoice_id)
        most = invoice.total - invoice.refunded if invoice.state is InvoiceState.PAID else 0
        back = most if amount is None else amount
        if not note or not 1 <= back <= most:
            raise NotGivenBack(most=most)
        with writing() as changes:
            changes.give_back(member, invoice, back, CreditReason.GOODWILL, note=note)
