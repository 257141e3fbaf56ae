"""What payments tells of advertisers' bills, and of what else it collects, which is not looked at."""

from __future__ import annotations

from datetime import date

from modules.ads.interface import AdBillState
from modules.ads.services import billing
from modules.payments.events import CollectionFailed, CollectionInvoiced, CollectionPaid
from tiffin.log import Subscriber, on

BILLS = Subscriber("ads.bills")


@on(CollectionInvoiced, by=BILLS)
def bill_invoiced(event: CollectionInvoiced) -> None:
    """The advertiser has the invoice."""
    due_on = date.fromisoformat(event.due_on)
    billing.record_bill(event.collection_id, AdBillState.INVOICED, invoice=event.invoice, due_on=due_on)


@on(CollectionPaid, by=BILLS)
def bill_paid(event: CollectionPaid) -> None:
    """The advertiser has paid."""
    billing.record_bill(event.collection_id, AdBillState.PAID)


@on(CollectionFailed, by=BILLS)
def bill_written_off(event: CollectionFailed) -> None:
    """The advertiser will not pay."""
    billing.record_bill(event.collection_id, AdBillState.FAILED)
