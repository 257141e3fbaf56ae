"""What must hold between payments and whoever bills somebody: bills are what is collected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from modules.payments.interface import CollectionState, CollectionView, Payments
from tiffin.audit import Inspection
from tiffin.interfaces import call
from tiffin.money import Money

WANTED, INVOICED, PAID, FAILED = "wanted", "invoiced", "paid", "failed"
# How a bill may stand while its collection does: what payments tells comes a moment later.
_STANDS: dict[CollectionState, frozenset[str]] = {
    CollectionState.WANTED: frozenset({WANTED}),
    CollectionState.INVOICED: frozenset({WANTED, INVOICED}),
    CollectionState.OVERDUE: frozenset({WANTED, INVOICED}),
    CollectionState.PAID: frozenset({WANTED, INVOICED, PAID}),
    CollectionState.FAILED: frozenset({WANTED, INVOICED, FAILED}),
}


class Billed(NamedTuple):
    """A bill as its module tells of it. `invoice` is empty where it knows of none."""

    id: UUID
    amount: Money
    region: str
    payer_id: UUID
    state: str
    invoice: str


class Biller(NamedTuple):
    """Who bills for `what`, and collects for that `purpose`: all bills page by page, and those that exist."""

    purpose: str
    what: str
    page: Callable[[UUID | None], Sequence[Billed]]
    known: Callable[[list[UUID]], Iterable[UUID]]


def are_collected(inspection: Inspection, biller: Biller) -> None:
    """Each bill has its collection, of the same payer and over the same amount, and is no further than that.
    Counts bills; of those that payments has yet to be asked for there is none."""
    under_way = 0
    page = biller.page(None)
    while page:
        asked = [bill.id for bill in page]
        collections = {each.id: each for each in call(Payments).collections(collection_ids=asked)}
        for bill in page:
            collection = collections.get(bill.id)
            under_way += collection is None and bill.state == WANTED
            for problem in _miscollected(bill, collection, biller.purpose):
                inspection.find(bill.id, problem)
        inspection.looked(len(page))
        page = biller.page(page[-1].id)
    inspection.note = f"{under_way} under way" if under_way else ""


def are_billed(inspection: Inspection, biller: Biller) -> None:
    """Of whom money is collected for that has a bill. Counts such collections."""
    page = call(Payments).collections_page()
    while page:
        asked = {each.id: each for each in page if each.purpose == biller.purpose}
        known = set(biller.known(list(asked))) if asked else set()
        for collection_id in asked.keys() - known:
            problem = f"{asked[collection_id].amount} are collected for {biller.what}, and no bill says so"
            inspection.find(collection_id, problem)
        inspection.looked(len(asked))
        page = call(Payments).collections_page(after=page[-1].id)


def _miscollected(bill: Billed, collection: CollectionView | None, purpose: str) -> Iterator[str]:
    if collection is None:
        if bill.state != WANTED:
            yield f"{bill.amount} are {bill.state}, but nothing collects them"
        return
    billed = bill.amount, bill.region, bill.payer_id, purpose
    if billed != (collection.amount, collection.region, collection.payer_id, collection.purpose):
        collects = f"{collection.amount} of {collection.payer_id} in {collection.region}"
        yield f"{bill.amount} of {bill.payer_id} in {bill.region} are billed, and collected are {collects}"
    if bill.state not in _STANDS.get(collection.state, frozenset()):
        yield f"it is {bill.state}, but its collection is {collection.state.value}"
    if bill.invoice and bill.invoice != collection.invoice:
        yield f"its invoice is {bill.invoice}, and that of its collection {collection.invoice}"
