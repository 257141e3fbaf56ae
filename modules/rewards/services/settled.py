"""What becomes of a settlement: what whoever brings it says, what the bank did, and what staff know."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.payments.interface import PayoutState, PayoutView
from modules.rewards.charities import Gift, Progress, Refusal, Standing, provider
from modules.rewards.errors import PayoutUnderWay, SettlementNoteMissing
from modules.rewards.models import Charity, SettlementBatch
from modules.rewards.services.settling import be_patient, go_on
from modules.rewards.states import BATCH, BATCH_AT_REST, BatchState
from tiffin import clock, db, jobs

# So often a provider is asked how a gift stands.
LOOK_AGAIN = timedelta(hours=1)
# No command of another module takes as long.
SURELY_ENDED = timedelta(minutes=5)
LOOKED_AT = frozenset({BatchState.ACCEPTED, BatchState.PAYING, BatchState.PAID})
_KNOWS_NOTHING = frozenset({BatchState.SENDING, BatchState.ACCEPTED})
_GIVEN_BACK = frozenset({BatchState.RETURNING, BatchState.RETURNED})
NO_ANSWER = "no answer"
PAID_AND_GIVEN_BACK = "the bank paid it, and it was given back"
_HAS_IT = frozenset({Progress.HAS_PAYMENT.value, Progress.DISBURSED.value})


def begin_sending(batch_id: UUID) -> Gift | None:
    """From here on the provider may know of it. None when it is not to be sent (any more)."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.state is not BatchState.SENDING:
            return None
        batch.sent_at = batch.sent_at or clock.now()
        batch.save(update_fields=("sent_at",))
    return Gift(
        key=str(batch.pk),
        since=batch.sent_at,
        organisation=batch.organisation,
        amount=batch.money,
        region=batch.region,
    )


def record_answer(batch_id: UUID, answer: Standing | Refusal) -> None:
    """What the provider said of a gift. What comes too late to matter is passed over."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if isinstance(answer, Refusal):
            if batch.state is BatchState.SENDING:
                _return(batch, answer.reason)
        elif batch.state in _KNOWS_NOTHING | LOOKED_AT:
            if batch.reason.startswith(NO_ANSWER):
                batch.reason = ""
            if batch.progress != answer.progress.value:
                be_patient(batch)
            batch.provider_id, batch.progress = answer.reference, answer.progress.value
            _advance(batch, answer.progress)
        batch.save()


def record_silence(batch_id: UUID, why: str) -> None:
    """Whoever brings it does not answer, and is asked again."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if not batch.reason or batch.reason.startswith(NO_ANSWER):
            batch.reason = f"{NO_ANSWER} at {clock.now():%Y-%m-%d %H:%M} UTC: {why}"[:200]
            batch.save(update_fields=("reason",))


@db.transaction_required
def _advance(batch: SettlementBatch, progress: Progress) -> None:
    match progress:
        case Progress.ACCEPTED if batch.state is BatchState.SENDING:
            batch.move_to(BatchState.ACCEPTED)
            go_on(batch, after=LOOK_AGAIN)
        case Progress.WANTS_PAYMENT if batch.state in _KNOWS_NOTHING:
            _pay(batch)
        case Progress.CANCELLED if batch.payout_asked:
            _dispute(batch, "it was cancelled after the payout was wanted")
        case Progress.CANCELLED:
            _return(batch, "it was cancelled")
        case Progress.HAS_PAYMENT | Progress.DISBURSED if not batch.payout_asked:
            _dispute(batch, "it is said to be paid, and we have not paid")
        case Progress.DISBURSED if batch.state is BatchState.PAID:
            _come_to_rest(batch)


@db.transaction_required
def _pay(batch: SettlementBatch) -> None:
    batch.move_to(BatchState.PAYING)
    go_on(batch)
    if provider(batch.way).tells:
        jobs.add(batch, "look_at_batch", due=clock.now() + LOOK_AGAIN)


@db.transaction_required
def _return(batch: SettlementBatch, reason: str) -> None:
    """Nobody takes it: its donations are payable again, and wait for staff."""
    batch.move_to(BatchState.RETURNING)
    _hold(batch, reason)
    go_on(batch)


def _hold(batch: SettlementBatch, reason: str) -> None:
    batch.reason = reason[:200]
    Charity.objects.filter(pk=batch.charity_id).update(held=batch.reason)


@db.transaction_required
def _dispute(batch: SettlementBatch, reason: str) -> None:
    """Whether the payout was made is looked up once whoever was about to make it has surely ended."""
    batch.move_to(BatchState.DISPUTED)
    batch.reason = reason[:200]
    go_on(batch, after=SURELY_ENDED)


@db.transaction_required
def _come_to_rest(batch: SettlementBatch) -> None:
    batch.move_to(BatchState.DISBURSED)
    batch.reason = ""
    jobs.clear_deadline(batch)


# --- the money --------------------------------------------------------------------------------------------


def begin_paying(batch_id: UUID) -> SettlementBatch | None:
    """From here on the money may go. None when it is not to be paid (any more)."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.state is not BatchState.PAYING:
            return None
        batch.payout_asked = True
        batch.save(update_fields=("payout_asked",))
    return batch


def record_unpayable(batch_id: UUID, reason: str, *, attempt: int) -> None:
    """Payments does not take the payout of that attempt: nothing went. Who was promised the money still waits
    for it, and it is tried again once a day. Who says so late says nothing about a later attempt."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.attempt != attempt:
            return
        batch.payout_asked = False
        batch.attempt += 1
        is_over = batch.progress == Progress.CANCELLED.value or not provider(batch.way).tells
        if is_over and BATCH.allows(batch.state, BatchState.RETURNING):
            _return(batch, reason)
        batch.reason = reason[:200]
        batch.save()


def record_payout(payout: PayoutView) -> None:
    """What payments answers of a payout, which it has told before: news may be lost, with a log that was
    restored or by who skips what is held."""
    match payout.state:
        case PayoutState.PAID:
            record_payout_paid(payout.id)
        case PayoutState.REJECTED:
            record_payout_rejected(payout.id, payout.reason)
        case PayoutState.FAILED:
            record_payout_failed(payout.id, payout.reason)


def record_payout_paid(batch_id: UUID) -> None:
    """The bank has paid. What was given back by then is paid and payable: staff look before more is
    settled."""
    with db.transaction():
        batch = _known(batch_id)
        if batch is None:
            return
        batch.payout_asked = batch.paid_out = True
        if batch.state in _GIVEN_BACK:
            _hold(batch, PAID_AND_GIVEN_BACK)
        elif batch.state is BatchState.PAYING:
            if not provider(batch.way).tells or batch.progress == Progress.DISBURSED.value:
                _come_to_rest(batch)
            else:
                batch.move_to(BatchState.PAID)
                batch.reason = ""
                go_on(batch)
        batch.save()


def record_payout_rejected(batch_id: UUID, reason: str) -> None:
    """The bank has not paid so far; payments' staff see to it."""
    with db.transaction():
        batch = _known(batch_id)
        if batch is not None:
            batch.reason = f"the bank says {reason}"[:200]
            batch.save(update_fields=("reason",))


def record_payout_failed(batch_id: UUID, reason: str) -> None:
    """The money is ours again, for good."""
    with db.transaction():
        batch = _known(batch_id)
        if batch is None:
            return
        batch.payout_asked = batch.paid_out = False
        why = f"the payout failed: {reason}"
        if batch.progress not in _HAS_IT and BATCH.allows(batch.state, BatchState.RETURNING):
            _return(batch, why)
        elif BATCH.allows(batch.state, BatchState.DISPUTED):
            _dispute(batch, f"{why}, and it is said to be paid")
        batch.save()


@db.transaction_required
def _known(batch_id: UUID) -> SettlementBatch | None:
    """Payouts for donations are ours; of one that we do not know staff of payments hear."""
    try:
        return SettlementBatch.lock(batch_id)
    except SettlementBatch.DoesNotExist:
        return None


# --- time and staff ---------------------------------------------------------------------------------------


def stand_still(batch_id: UUID) -> None:
    """The deadline of a batch: staff see for how long nothing has moved, and what it waits for is done
    again."""
    batch = SettlementBatch.lock(batch_id)
    if batch.state not in BATCH_AT_REST:
        batch.stuck += 1
        batch.save(update_fields=("stuck",))
        go_on(batch)  # a day after it was disputed too: nobody is about to pay


def try_again(batch_id: UUID) -> None:
    """Do now what it waits for. Raises StateConflict for what is over."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.state in BATCH_AT_REST:
            raise BATCH.refusal(batch.state, batch.state)
        go_on(batch, after=SURELY_ENDED if batch.state is BatchState.DISPUTED else timedelta(0))


def record_no_payout(batch_id: UUID) -> None:
    """Payments has never heard of the payout of a disputed settlement, and nobody asks for it any more."""
    with db.transaction():
        batch = SettlementBatch.lock(batch_id)
        if batch.state is BatchState.DISPUTED and batch.payout_asked:
            batch.payout_asked = False
            if batch.progress == Progress.CANCELLED.value:
                _return(batch, "it was cancelled")
            batch.save()


def say_it_came_back(batch_id: UUID, *, note: str) -> None:
    """Staff know that the money of a disputed settlement is ours again, or never went. Raises
    SettlementNoteMissing, PayoutUnderWay, StateConflict."""
    with db.transaction():
        batch = _disputed(batch_id, note)
        if batch.payout_asked and not batch.paid_out:
            raise PayoutUnderWay()
        _return(batch, batch.reason)
        batch.save()


def say_it_arrived(batch_id: UUID, *, note: str) -> None:
    """Staff know that the charity has it. Raises SettlementNoteMissing, StateConflict."""
    with db.transaction():
        batch = _disputed(batch_id, note)
        _come_to_rest(batch)
        batch.save()


@db.transaction_required
def _disputed(batch_id: UUID, note: str) -> SettlementBatch:
    if not note.strip():
        raise SettlementNoteMissing()
    batch = SettlementBatch.lock(batch_id)
    if batch.state is not BatchState.DISPUTED:
        raise BATCH.refusal(batch.state, BatchState.DISPUTED)
    batch.note = note.strip()[:300]
    return batch
