"""What payments tells of the bills of partners, and of what else it collects, which is not looked at."""

from __future__ import annotations

from datetime import date

from modules.payments.events import CollectionFailed, CollectionInvoiced, CollectionPaid
from modules.rewards import services
from modules.rewards.interface import BillState
from tiffin.log import on


@on(CollectionInvoiced)
def bill_invoiced(event: CollectionInvoiced) -> None:
    """The partner has the invoice."""
    due_on = date.fromisoformat(event.due_on)
    services.record_bill(event.collection_id, BillState.INVOICED, invoice=event.invoice, due_on=due_on)


@on(CollectionPaid)
def bill_paid(event: CollectionPaid) -> None:
    """The partner has paid."""
    services.record_bill(event.collection_id, BillState.PAID)


@on(CollectionFailed)
def bill_written_off(event: CollectionFailed) -> None:
    """The partner will not pay."""
    services.record_bill(event.collection_id, BillState.FAILED)
