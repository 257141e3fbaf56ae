"""What rewards does again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from modules.payments.interface import PartyKind, Payments, PayoutDiffers
from modules.rewards import services
from modules.rewards.charities import ProviderSilent, provider
from modules.rewards.models import SettlementBatch
from modules.rewards.services.holds import lapse_holds
from modules.rewards.services.posting import forget_refusals
from modules.rewards.services.settled import DONATIONS, LOOK_AGAIN, LOOKED_AT
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, call
from tiffin.jobs import Later, deadline, every, job

LONG_LEASE = timedelta(minutes=15)
OUTAGE_PAUSE = timedelta(minutes=5)
CHARITIES = "charities"
CHARITIES_CAP = 4

# A worker that does the same again and again lets others have a turn well before its lease is over.
MOST_BATCHES = 20


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
        with _however_long():
            services.record_answer(batch_id, provider(_way(batch_id)).give(gift))


@job("look_at_batch", destination=CHARITIES, cap=CHARITIES_CAP)
def look_at_batch(batch_id: UUID) -> None:
    """Ask how it stands, again and again until it has come there."""
    batch = SettlementBatch.get(batch_id)
    brings = provider(batch.way)
    if batch.state not in LOOKED_AT or not brings.tells:
        return
    with _however_long():
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
            purpose=DONATIONS,
            reference=reference or charity.name,
        )
    except PayoutDiffers:
        raise
    except DomainError as refusal:
        services.record_unpayable(batch_id, refusal.code)


@job("find_payout")
def find_payout(batch_id: UUID) -> None:
    """Whether there is a payout of what is disputed."""
    if not call(Payments).payouts(payout_ids=[batch_id]):
        services.record_no_payout(batch_id)


@deadline("batch_stands")
def batch_stands(batch_id: UUID) -> None:
    """Nothing has moved for a day."""
    services.stand_still(batch_id)


def _way(batch_id: UUID) -> str:
    return SettlementBatch.get(batch_id).way


@contextmanager
def _however_long() -> Iterator[None]:
    """An outage is sat out, and uses up no attempts."""
    try:
        yield
    except ProviderSilent as silence:
        raise Later(OUTAGE_PAUSE) from silence
