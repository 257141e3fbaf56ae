"""What must hold between ads and payments: advertisers' bills are what is collected of them."""

from __future__ import annotations

from collections.abc import Iterator

from modules.ads.interface import ADS_PURPOSE, AdBillState, AdBillView, Ads
from modules.payments.interface import CollectionState, CollectionView, Payments
from tiffin.audit import Inspection
from tiffin.interfaces import call

# How a bill may stand while its collection does: what payments tells comes a moment later.
_BILLED: dict[CollectionState, frozenset[AdBillState]] = {
    CollectionState.WANTED: frozenset({AdBillState.WANTED}),
    CollectionState.INVOICED: frozenset({AdBillState.WANTED, AdBillState.INVOICED}),
    CollectionState.OVERDUE: frozenset({AdBillState.WANTED, AdBillState.INVOICED}),
    CollectionState.PAID: frozenset({AdBillState.WANTED, AdBillState.INVOICED, AdBillState.PAID}),
    CollectionState.FAILED: frozenset({AdBillState.WANTED, AdBillState.INVOICED, AdBillState.FAILED}),
}


def ad_bills_are_collected(inspection: Inspection) -> None:
    """Each bill of an advertiser has its collection, of the same payer and over the same amount, and is no
    further than that. Counts bills; of those that payments has yet to be asked for there is none."""
    under_way = 0
    page = call(Ads).bills_page()
    while page:
        asked = [bill.id for bill in page]
        collections = {each.id: each for each in call(Payments).collections(collection_ids=asked)}
        for bill in page:
            collection = collections.get(bill.id)
            under_way += collection is None and bill.state is AdBillState.WANTED
            for problem in _miscollected(bill, collection):
                inspection.find(bill.id, problem)
        inspection.looked(len(page))
        page = call(Ads).bills_page(after=page[-1].id)
    inspection.note = f"{under_way} under way" if under_way else ""


def _miscollected(bill: AdBillView, collection: CollectionView | None) -> Iterator[str]:
    if collection is None:
        if bill.state is not AdBillState.WANTED:
            yield f"{bill.amount} are {bill.state.value}, but nothing collects them"
        return
    billed = bill.amount, bill.region, bill.payer_id, ADS_PURPOSE
    if billed != (collection.amount, collection.region, collection.payer_id, collection.purpose):
        collects = f"{collection.amount} of {collection.payer_id} in {collection.region}"
        yield f"{bill.amount} of {bill.payer_id} in {bill.region} are billed, and collected are {collects}"
    if bill.state not in _BILLED.get(collection.state, frozenset()):
        yield f"it is {bill.state.value}, but its collection is {collection.state.value}"
    if bill.invoice and bill.invoice != collection.invoice:
        yield f"its invoice is {bill.invoice}, and that of its collection {collection.invoice}"


def collections_have_ad_bills(inspection: Inspection) -> None:
    """Of whom money is collected for ads has a bill. Counts collections for ads."""
    page = call(Payments).collections_page()
    while page:
        asked = {each.id: each for each in page if each.purpose == ADS_PURPOSE}
        known = {bill.id for bill in call(Ads).bills(bill_ids=list(asked))} if asked else set()
        for collection_id in asked.keys() - known:
            problem = f"{asked[collection_id].amount} are collected for ads, and no bill says so"
            inspection.find(collection_id, problem)
        inspection.looked(len(asked))
        page = call(Payments).collections_page(after=page[-1].id)
