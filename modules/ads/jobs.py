"""What ads does later, and again and again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.ads.interface import ADS_PURPOSE, AdBillState
from modules.ads.models import Bill, Campaign
from modules.ads.services import billing, learning, leasing, settling
from modules.ads.services.campaigns import close_campaign
from modules.ads.services.tidying import tidy
from modules.payments.interface import CollectionState, PartyKind, Payer, Payments
from tiffin import clock, regions
from tiffin.interfaces import CommandKey, call
from tiffin.jobs import deadline, every, job

_AS_COLLECTED = {
    CollectionState.INVOICED: AdBillState.INVOICED,
    CollectionState.OVERDUE: AdBillState.INVOICED,
    CollectionState.PAID: AdBillState.PAID,
    CollectionState.FAILED: AdBillState.FAILED,
}
_OPEN_BILLS = frozenset({AdBillState.WANTED, AdBillState.INVOICED})


@deadline("campaign_over")
def campaign_over(campaign_id: UUID) -> None:
    """Its time is over."""
    close_campaign(Campaign.lock(campaign_id))


@every("settle", pause=timedelta(seconds=1))
def settle() -> None:
    while settling.settle() == settling.AT_ONCE:
        pass


@every("learn_clicks", pause=timedelta(seconds=2))
def learn_clicks() -> None:
    while learning.learn_clicks() == learning.AT_ONCE:
        pass


@every("bill_month", pause=timedelta(hours=1), lease=timedelta(minutes=15))
def bill_month() -> None:
    """The first of them in a month bills."""
    billing.bill_month()


@job("collect_bill")
def collect_bill(bill_id: UUID) -> None:
    """Have payments collect it, and hear how it stands: the same collection, however often it is asked."""
    bill = Bill.get(bill_id)
    if bill.state not in _OPEN_BILLS:
        return
    today = regions.get(bill.region).local(clock.now()).date()
    seen = call(Payments).collect(
        key=CommandKey(f"{bill.id}:collect:{today}"),
        collection_id=bill.id,
        payer=Payer(kind=PartyKind(bill.payer_kind), id=bill.payer_id, name=bill.payer_name),
        amount=bill.money,
        region=bill.region,
        purpose=ADS_PURPOSE,
        reference=f"Ads until {bill.month}",
        due_days=bill.due_days,
    )
    if seen.state in _AS_COLLECTED:
        billing.record_bill(bill_id, _AS_COLLECTED[seen.state], invoice=seen.invoice, due_on=seen.due_on)


@deadline("bill_unanswered")
def bill_unanswered(bill_id: UUID) -> None:
    """Nothing was heard of it."""
    billing.ask_again(bill_id)


@every("tidy", pause=timedelta(hours=1))
def tidy_up() -> None:
    leasing.forget_past_reservations()
    tidy()
