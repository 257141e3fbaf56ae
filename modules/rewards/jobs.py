"""What rewards does again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from modules.payments.interface import CollectionState, PartyKind, Payer, Payments, PayoutDiffers
from modules.rewards import services
from modules.rewards.charities import ProviderSilent, provider
from modules.rewards.interface import BILL_PURPOSE, SETTLEMENT_PURPOSE, BillState
from modules.rewards.models import PartnerBill, PointsSent, SettlementBatch
from modules.rewards.services.adjusting import let_adjustment_lapse
from modules.rewards.services.campaigns import end_campaign
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.debts import forget_debts, repay_debts
from modules.rewards.services.earning import reckon_batch
from modules.rewards.services.expiring import expire_batch, warn_of_expiry
from modules.rewards.services.figures import make_figures
from modules.rewards.services.forgetting import forget_batch, look_again_at_forgotten
from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import forget_refusals
from modules.rewards.services.settled import LOOK_AGAIN, LOOKED_AT
from modules.rewards.services.standing import end_review
from modules.rewards.services.taking_back import take_back_batch
from modules.rewards.services.tiers import review_tiers
from tiffin import clock, regions
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, call
from tiffin.jobs import Later, deadline, every, job

OUTAGE_PAUSE = timedelta(minutes=5)
CHARITIES = "charities"
CHARITIES_CAP = 4
# A worker that does the same again and again lets others have a turn well before its lease is over.
MOST_BATCHES = 20
# A day of a busy region is read in some minutes.
LONG_LEASE = timedelta(minutes=15)
_OPEN_BILLS = frozenset({BillState.WANTED, BillState.INVOICED})
_AS_COLLECTED = {
    CollectionState.INVOICED: BillState.INVOICED,
    CollectionState.OVERDUE: BillState.INVOICED,
    CollectionState.PAID: BillState.PAID,
    CollectionState.FAILED: BillState.FAILED,
}


def _while_there_is_more(batch: Callable[[], int]) -> None:
    for _ in range(MOST_BATCHES):
        if not batch():
            return


@every("lapse_holds", pause=timedelta(minutes=5))
def let_holds_lapse() -> None:
    """What was held and never spent is free again."""
    while lapse_holds():
        pass


@every("forget_refusals", pause=timedelta(hours=6))
def forget_old_refusals() -> None:
    """Refusals answer those who ask again, and nobody does for weeks."""
    forget_refusals()


@every("earn_points", pause=timedelta(seconds=5))
def earn_points() -> None:
    """What was delivered earns."""
    _while_there_is_more(reckon_batch)


@every("take_back_points", pause=timedelta(seconds=5))
def take_back_points() -> None:
    """What went back earns no more."""
    _while_there_is_more(take_back_batch)


@every("confirm_points", pause=timedelta(seconds=5))
def confirm_points() -> None:
    """What is past its claims is the customers'."""
    _while_there_is_more(confirm_batch)


@every("repay_debts", pause=timedelta(minutes=1))
def repay_what_is_owed() -> None:
    """Points that come back, or from somebody else, repay what is owed too."""
    _while_there_is_more(repay_debts)
    _while_there_is_more(forget_debts)


@every("expire_points", pause=timedelta(minutes=1))
def let_points_expire() -> None:
    """What is past its day is gone, and forgotten customers have nothing left."""
    _while_there_is_more(expire_batch)
    _while_there_is_more(forget_batch)


@every("look_again_at_forgotten", pause=timedelta(hours=1), lease=timedelta(minutes=10))
def look_again_at_the_forgotten() -> None:
    """Points that come to forgotten customers later are nobody's, and go too."""
    look_again_at_forgotten()


@every("warn_of_expiry", pause=timedelta(hours=6), lease=timedelta(minutes=10))
def warn_before_points_expire() -> None:
    """A few times a day: it is told days before."""
    warn_of_expiry()


@every("review_tiers", pause=timedelta(minutes=5))
def review_tiers_whose_time_is_over() -> None:
    """A period that is over decides about the next."""
    _while_there_is_more(review_tiers)


@deadline("campaign_over")
def campaign_over(campaign_id: UUID) -> None:
    """Whatever is left of its budget: its time is over."""
    end_campaign(campaign_id=campaign_id)


# --- the books --------------------------------------------------------------------------------------


@every("open_books", pause=timedelta(minutes=1))
def books() -> None:
    """Each region has its book, and with it the jobs below, which add themselves again."""
    services.open_books()


@job("close_days", lease=LONG_LEASE)
def close_days(book_id: UUID) -> None:
    """Close the days that are over."""
    services.close_days(book_id)


@job("bill_partners", lease=LONG_LEASE)
def bill_partners(book_id: UUID) -> None:
    """Bill what partners owe, when a month has begun."""
    services.bill_partners(book_id)


@deadline("books_untended")
def books_untended(book_id: UUID) -> None:
    """A day has gone by: what was given up is begun again."""
    services.tend(book_id)


@job("collect_bill")
def collect_bill(bill_id: UUID) -> None:
    """Have payments collect it, and hear how it stands: the same collection, however often it is asked."""
    bill = PartnerBill.get(bill_id)
    if bill.state not in _OPEN_BILLS:
        return
    today = regions.get(bill.region).local(clock.now()).date()
    seen = call(Payments).collect(
        key=CommandKey(f"{bill.id}:collect:{today}"),
        collection_id=bill.id,
        payer=Payer(kind=PartyKind(bill.partner_kind), id=bill.partner_id, name=bill.partner_name),
        amount=bill.money,
        region=bill.region,
        purpose=BILL_PURPOSE,
        reference=f"{bill.points} points given until {bill.month}",
        due_days=bill.due_days,
    )
    if seen.state in _AS_COLLECTED:
        services.record_bill(bill_id, _AS_COLLECTED[seen.state], invoice=seen.invoice, due_on=seen.due_on)


@deadline("bill_unanswered")
def bill_unanswered(bill_id: UUID) -> None:
    """Nothing was heard of it."""
    services.ask_again(bill_id)


# --- giving -----------------------------------------------------------------------------------------


@every("give_standing_orders", pause=timedelta(minutes=5))
def give_standing_orders() -> None:
    """Whose day has come gives."""
    _while_there_is_more(services.give_what_is_due)


@every("write_donation_receipts", pause=timedelta(seconds=30))
def put_donations_in_writing() -> None:
    """Numbers are given to many at once, a while after."""
    _while_there_is_more(services.write_donation_receipts)


# --- settling with charities --------------------------------------------------------------------------


@every("open_settlements", pause=timedelta(minutes=5))
def open_settlements() -> None:
    """Charities whose time has come get what lies there."""
    services.open_due_batches()


@job("gather_donations", lease=LONG_LEASE)
def gather_donations(batch_id: UUID) -> None:
    """Bring the donations together."""
    while services.gather(batch_id):
        pass


@job("give_back", lease=LONG_LEASE)
def give_back(batch_id: UUID) -> None:
    """Have the donations payable again."""
    while services.give_back(batch_id):
        pass


@job("send_batch", destination=CHARITIES, cap=CHARITIES_CAP)
def send_batch(batch_id: UUID) -> None:
    """Tell whoever brings it, however long they do not answer."""
    gift = services.begin_sending(batch_id)
    if gift is not None:
        with _however_long(batch_id):
            services.record_answer(batch_id, provider(_way(batch_id)).give(gift))


@job("look_at_batch", destination=CHARITIES, cap=CHARITIES_CAP)
def look_at_batch(batch_id: UUID) -> None:
    """Ask how it stands, again and again until it has come there."""
    batch = SettlementBatch.get(batch_id)
    brings = provider(batch.way)
    if batch.state not in LOOKED_AT or not brings.tells:
        return
    with _however_long(batch_id):
        services.record_answer(batch_id, brings.look(batch.provider_id))
    if SettlementBatch.get(batch_id).state in LOOKED_AT:
        raise Later(LOOK_AGAIN)


@job("pay_batch")
def pay_batch(batch_id: UUID) -> None:
    """Have the money paid out. What payments refuses was not paid; a payout on other terms may have been."""
    batch = services.begin_paying(batch_id)
    if batch is None:
        return
    charity = batch.charity
    payee = provider(batch.way).payee(region=batch.region, charity_id=charity.pk, charity=charity.name)
    reference = batch.provider_id if payee.kind is PartyKind.PROVIDER else charity.payee_reference
    try:
        call(Payments).pay_out(
            key=CommandKey(f"{batch.pk}:pay:{batch.attempt}"),
            payout_id=batch.pk,
            payee=payee,
            amount=batch.money,
            region=batch.region,
            purpose=SETTLEMENT_PURPOSE,
            reference=reference or charity.name,
        )
    except PayoutDiffers:
        raise
    except DomainError as refusal:
        services.record_unpayable(batch_id, refusal.code, attempt=batch.attempt)
    else:
        _hear_of_payout(batch_id)


def _hear_of_payout(batch_id: UUID) -> bool:
    """How the payout stands, whoever told it and was not heard. False when there is none."""
    payouts = call(Payments).payouts(payout_ids=[batch_id])
    for payout in payouts:
        services.record_payout(payout)
    return bool(payouts)


@job("find_payout")
def find_payout(batch_id: UUID) -> None:
    """Whether there is a payout of what is disputed, and what became of it."""
    if not _hear_of_payout(batch_id):
        services.record_no_payout(batch_id)


@deadline("batch_stands")
def batch_stands(batch_id: UUID) -> None:
    """Nothing has moved for a day."""
    services.stand_still(batch_id)


def _way(batch_id: UUID) -> str:
    return SettlementBatch.get(batch_id).way


@contextmanager
def _however_long(batch_id: UUID) -> Iterator[None]:
    """An outage is sat out where staff see it, and uses up no attempts."""
    try:
        yield
    except ProviderSilent as silence:
        services.record_silence(batch_id, str(silence))
        raise Later(OUTAGE_PAUSE) from silence


@deadline("review_overdue")
def review_overdue(customer_id: UUID) -> None:
    """Nobody has looked into the wallet."""
    end_review(customer_id)


@deadline("sending_overdue")
def sending_overdue(sending_id: UUID) -> None:
    """Nobody has looked into whoever sends it."""
    end_review(PointsSent.get(sending_id).sender)


@deadline("adjustment_overdue")
def adjustment_overdue(adjustment_id: UUID) -> None:
    """Nobody has agreed to it."""
    let_adjustment_lapse(adjustment_id)


@every("make_figures", pause=timedelta(minutes=10), lease=timedelta(minutes=15))
def sum_what_happened() -> None:
    """The reports read sums and never the ledger."""
    make_figures()
