"""What partners owe for the points that their campaigns gave: billed month by month, and collected by
payments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from modules.rewards.interface import BillState, Flow, Transfer
from modules.rewards.models import Book, PartnerBill
from modules.rewards.policies import Redeeming, funding, redeeming, worth
from modules.rewards.selectors.funding import Owed, owed_by_campaigns
from modules.rewards.services.days import month_after, over_at
from modules.rewards.services.posting import post
from modules.rewards.states import BILL
from tiffin import clock, db, ids, jobs, regions
from tiffin.regions import Region

ONE_DAY = timedelta(days=1)
BILLED = "billed"


def bill_partners(book_id: UUID) -> None:
    """Bill every campaign that owes something when a month has begun, and come back when the next does. A
    month that nobody was there for is billed with the next."""
    book = Book.get(book_id)
    region = regions.get(book.region)
    while clock.now() >= over_at(book.next_bills - ONE_DAY, region):
        book = _bill_all(book, region)
    with db.transaction():
        book = Book.lock(book_id)
        jobs.add(book, "bill_partners", due=over_at(book.next_bills - ONE_DAY, region))


def _bill_all(book: Book, region: Region) -> Book:
    month = book.next_bills
    rule, price = funding(region, month), redeeming(region, month)
    if rule is not None and price is not None:
        for owed in owed_by_campaigns(region.code):
            _bill(region, month, owed, Terms(price, rule.due_days))
    with db.transaction():
        book = Book.lock(book.pk)
        if book.next_bills == month:
            book.next_bills = month_after(month, rule.months if rule else 1)
            book.save(update_fields=("next_bills",))
    return book


class Terms(NamedTuple):
    """At what price, and when it is due."""

    price: Redeeming
    due_days: int


def _bill(region: Region, month: date, owed: Owed, terms: Terms) -> None:
    """One bill, with the points it is for: both or none, once for the month. What is worth nothing yet waits
    for more."""
    amount = worth(owed.points, terms.price)
    if amount <= 0:
        return
    bill = PartnerBill(
        id=ids.derived(owed.campaign_id, f"bill {region.code} {month}"),
        region=region.code,
        campaign_id=owed.campaign_id,
        month=month,
        partner_kind=owed.partner.kind.value,
        partner_id=owed.partner.id,
        partner_name=owed.partner.name,
        points=owed.points,
        price_points=terms.price.points,
        price_amount=terms.price.amount,
        amount=amount,
        currency=region.currency,
        due_days=terms.due_days,
    )
    with db.transaction():
        if not db.insert(bill, unless_taken=("campaign_id", "region", "month")):
            return
        post(
            Transfer(
                id=ids.derived(bill.id, Flow.BILL.value),
                flow=Flow.BILL,
                amount=owed.points,
                region=region.code,
                party_id=owed.campaign_id,
                reason=BILLED,
            )
        )
        _ask(bill)


def ask_again(bill_id: UUID) -> None:
    """The deadline of a bill: nothing was heard of it for a day."""
    _ask(PartnerBill.lock(bill_id))


@db.transaction_required
def _ask(bill: PartnerBill) -> None:
    jobs.add(bill, "collect_bill", due=clock.now())
    jobs.set_deadline(bill, "bill_unanswered", due=clock.now() + ONE_DAY)


def record_bill(bill_id: UUID, state: BillState, *, invoice: str = "", due_on: date | None = None) -> None:
    """As payments tells, by event or answer, in whatever order; what is no bill of ours is not looked at."""
    with db.transaction():
        bill = next(iter(db.find(PartnerBill, id=bill_id)), None)
        if bill is None:
            return
        bill = PartnerBill.lock(bill_id)
        if not BILL.allows(bill.state, state):
            return
        bill.move_to(state)
        bill.invoice, bill.due_on = invoice or bill.invoice, due_on or bill.due_on
        bill.save(update_fields=("state_name", "invoice", "due_on"))
        if state is not BillState.INVOICED:
            jobs.clear_deadline(bill)
