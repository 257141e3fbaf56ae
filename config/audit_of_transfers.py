"""What must hold between rewards and payments of money that moves without an order: what partners owe for
their campaigns, and what charities get."""

from __future__ import annotations

from collections.abc import Iterator

from modules.payments.interface import CollectionState, CollectionView, Payments, PayoutState, PayoutView
from modules.rewards.interface import (
    BILL_PURPOSE,
    SETTLEMENT_PURPOSE,
    BillState,
    BillView,
    Rewards,
    SettlementView,
)
from tiffin.audit import Inspection
from tiffin.interfaces import call

# How a partner's bill may stand while its collection does: what payments tells comes a moment later.
_BILLED: dict[CollectionState, frozenset[BillState]] = {
    CollectionState.WANTED: frozenset({BillState.WANTED}),
    CollectionState.INVOICED: frozenset({BillState.WANTED, BillState.INVOICED}),
    CollectionState.OVERDUE: frozenset({BillState.WANTED, BillState.INVOICED}),
    CollectionState.PAID: frozenset({BillState.WANTED, BillState.INVOICED, BillState.PAID}),
    CollectionState.FAILED: frozenset({BillState.WANTED, BillState.INVOICED, BillState.FAILED}),
}


def bills_are_collected(inspection: Inspection) -> None:
    """Each bill of a partner has its collection, of the same payer and over the same amount, and is no
    further than that. Counts bills; of those that payments has yet to be asked for there is none."""
    under_way = 0
    page = call(Rewards).bills_page()
    while page:
        asked = [bill.id for bill in page]
        collections = {each.id: each for each in call(Payments).collections(collection_ids=asked)}
        for bill in page:
            collection = collections.get(bill.id)
            under_way += collection is None and bill.state is BillState.WANTED
            for problem in _miscollected(bill, collection):
                inspection.find(bill.id, problem)
        inspection.looked(len(page))
        page = call(Rewards).bills_page(after=page[-1].id)
    inspection.note = f"{under_way} under way" if under_way else ""


def _miscollected(bill: BillView, collection: CollectionView | None) -> Iterator[str]:
    if collection is None:
        if bill.state is not BillState.WANTED:
            yield f"{bill.amount} are {bill.state.value}, but nothing collects them"
        return
    billed = bill.amount, bill.region, bill.partner_id, BILL_PURPOSE
    if billed != (collection.amount, collection.region, collection.payer_id, collection.purpose):
        collects = f"{collection.amount} of {collection.payer_id} in {collection.region}"
        yield f"{bill.amount} of {bill.partner_id} in {bill.region} are billed, and collected are {collects}"
    if bill.state not in _BILLED.get(collection.state, frozenset()):
        yield f"it is {bill.state.value}, but its collection is {collection.state.value}"
    if bill.invoice and bill.invoice != collection.invoice:
        yield f"its invoice is {bill.invoice}, and that of its collection {collection.invoice}"


def collections_have_bills(inspection: Inspection) -> None:
    """Of whom money is collected for a campaign has a bill. Counts collections for campaigns."""
    page = call(Payments).collections_page()
    while page:
        asked = {each.id: each for each in page if each.purpose == BILL_PURPOSE}
        known = {bill.id for bill in call(Rewards).bills(bill_ids=list(asked))} if asked else set()
        for collection_id in asked.keys() - known:
            problem = f"{asked[collection_id].amount} are collected for a campaign, and no bill says so"
            inspection.find(collection_id, problem)
        inspection.looked(len(asked))
        page = call(Payments).collections_page(after=page[-1].id)


def settlements_are_paid_out(inspection: Inspection) -> None:
    """Each settlement with a charity that the bank has paid has its payout, over the same amount; and none
    that never asked for one has it. Counts settlements."""
    page = call(Rewards).settlements_page()
    while page:
        asked = [settlement.id for settlement in page]
        payouts = {each.id: each for each in call(Payments).payouts(payout_ids=asked)}
        for settlement in page:
            for problem in _mispaid(settlement, payouts.get(settlement.id)):
                inspection.find(settlement.id, problem)
        inspection.looked(len(page))
        page = call(Rewards).settlements_page(after=page[-1].id)


def _mispaid(settlement: SettlementView, payout: PayoutView | None) -> Iterator[str]:
    if payout is None:
        if settlement.paid:
            yield f"{settlement.amount} are said to be paid, and no payout was ever wanted"
        return
    settled = settlement.amount, settlement.region, SETTLEMENT_PURPOSE
    if settled != (payout.amount, payout.region, payout.purpose):
        paid = f"{payout.amount} in {payout.region}"
        yield f"{settlement.amount} are settled in {settlement.region}, and paid out are {paid}"
    if not settlement.asked and payout.state is not PayoutState.FAILED:
        yield f"its payout is {payout.state.value}, and it never asked for one"
    if settlement.paid and payout.state is not PayoutState.PAID:
        yield f"{settlement.amount} are said to be paid, but the payout is {payout.state.value}"


def payouts_have_settlements(inspection: Inspection) -> None:
    """What is paid out for donations settles some. Counts such payouts."""
    page = call(Payments).payouts_page()
    while page:
        asked = {each.id: each for each in page if each.purpose == SETTLEMENT_PURPOSE}
        known = (
            {each.id for each in call(Rewards).settlements(settlement_ids=list(asked))} if asked else set()
        )
        for payout_id in asked.keys() - known:
            problem = f"{asked[payout_id].amount} are paid out for donations, and no settlement says so"
            inspection.find(payout_id, problem)
        inspection.looked(len(asked))
        page = call(Payments).payouts_page(after=page[-1].id)
