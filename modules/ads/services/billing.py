"""What advertisers spent is billed month by month, and collected by payments.

A bill asks for all that was spent on days before the month and that no bill before has asked for. What
cannot be written in minor units, or is less than the region's minimum, waits for the next; what is given
back after a bill makes the next one less.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from modules.ads.interface import AdBillState, AdvertiserKind
from modules.ads.models import AccountKind, Advertiser, Bill, Posting
from modules.ads.policies import Billing, billing, micros, minor
from modules.ads.selectors.bills import owed_by, to_bill
from modules.ads.services.settling import entry
from modules.ads.states import BILL
from modules.payments.interface import PartyKind
from tiffin import clock, db, ids, jobs, regions
from tiffin.regions import Region

# When what happened on a month's last day is settled.
SETTLED_AFTER = timedelta(hours=2)
ONE_DAY = timedelta(days=1)
BILLED, WRITTEN_OFF = "bill", "written_off"


def bill_month() -> None:
    """Bill what was spent before the month that each region is in; who was billed in it is left out."""
    for region in regions.all():
        month = region.local(clock.now() - SETTLED_AFTER).date().replace(day=1)
        rule = billing(region, on=month)
        if rule is not None:
            for advertiser_id in to_bill(region.code, month, micros(max(rule.minimum, 1), region.currency)):
                _bill(region, month, advertiser_id, rule)


def _bill(region: Region, month: date, advertiser_id: UUID, rule: Billing) -> None:
    """The bill, its legs and the wish to have it collected: all or nothing, once for the month."""
    with db.transaction():
        advertiser = Advertiser.lock(advertiser_id)
        amount = minor(owed_by(advertiser_id, month), region.currency)
        bill = Bill(
            id=ids.derived(advertiser_id, f"bill {month}"),
            region=region.code,
            advertiser_id=advertiser_id,
            month=month,
            payer_kind=_payer_kind(advertiser).value,
            payer_id=advertiser.restaurant_id or advertiser_id,
            payer_name=advertiser.name,
            micros=micros(amount, region.currency),
            amount=amount,
            currency=region.currency,
            due_days=rule.due_days,
        )
        if amount < max(rule.minimum, 1) or not db.insert(bill, unless_taken=("advertiser_id", "month")):
            return
        _post(bill, (AccountKind.BILLED, AccountKind.OWED), reason=BILLED)
        _ask(bill)


def _payer_kind(advertiser: Advertiser) -> PartyKind:
    is_restaurant = advertiser.kind is AdvertiserKind.RESTAURANT
    return PartyKind.RESTAURANT if is_restaurant else PartyKind.PARTNER


@db.transaction_required
def _post(bill: Bill, accounts: tuple[AccountKind, AccountKind], *, reason: str) -> None:
    Posting.objects.bulk_create(
        entry(
            accounts,
            bill.micros,
            reason=reason,
            region=bill.region,
            advertiser_id=bill.advertiser_id,
            campaign_id=None,
        )
    )


def ask_again(bill_id: UUID) -> None:
    """The deadline of a bill: nothing was heard of it for a day."""
    _ask(Bill.lock(bill_id))


@db.transaction_required
def _ask(bill: Bill) -> None:
    jobs.add(bill, "collect_bill", due=clock.now())
    jobs.set_deadline(bill, "bill_unanswered", due=clock.now() + ONE_DAY)


def record_bill(bill_id: UUID, state: AdBillState, *, invoice: str = "", due_on: date | None = None) -> None:
    """As payments tells, by event or answer, in whatever order; what is no bill of ours is not looked at."""
    with db.transaction():
        bill = next(iter(db.find(Bill, id=bill_id)), None)
        if bill is None:
            return
        bill = Bill.lock(bill_id)
        if not BILL.allows(bill.state, state):
            return
        bill.move_to(state)
        bill.invoice, bill.due_on = invoice or bill.invoice, due_on or bill.due_on
        bill.save(update_fields=("state_name", "invoice", "due_on"))
        if state is AdBillState.FAILED:
            _post(bill, (AccountKind.WAIVED, AccountKind.BILLED), reason=WRITTEN_OFF)
        if state is not AdBillState.INVOICED:
            jobs.clear_deadline(bill)
