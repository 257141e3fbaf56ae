"""Looking again at what the provider and we do not agree on. What turns out to be an answer that got lost is
written down by the way in which answers are; nothing is ever entered because somebody else's list says so."""

from __future__ import annotations

from uuid import UUID

from modules.payments import selectors
from modules.payments.models import (
    EntryKind,
    Mismatch,
    MismatchState,
    Payment,
    PaymentEntry,
    RefundRequest,
    What,
)
from modules.payments.providers import (
    Movement,
    MovementKind,
    Outcome,
    PaymentProvider,
    StillPending,
    Succeeded,
)
from modules.payments.services.answers import (
    record_authorisation,
    record_capture,
    record_refund,
    record_void,
)
from modules.payments.services.comparing import BY_BANKS, confirms, look_at, only_ours
from modules.payments.services.disputes import record_disputes
from modules.payments.services.mismatches import ASKED_AGAIN_AFTER, close_mismatch, open_mismatch
from tiffin import clock, db

_MAY_FAIL_LATER = frozenset({EntryKind.CAPTURED.value, EntryKind.REFUNDED.value})


def look_again(mismatch_id: UUID, provider: PaymentProvider) -> None:
    """Ask the provider; mend what the answer proves, and close the mismatch when it agrees. Raises
    ProviderTimeout."""
    mismatch = Mismatch.get(mismatch_id)
    if not mismatch.is_open:
        return
    if mismatch.payment_id is None:
        _close_if(_is_written_down(mismatch), mismatch_id, MismatchState.AGREED)
        return
    before = _entries(mismatch.payment_id)
    found = _ask(mismatch, mismatch.payment_id, provider)
    agrees = _agrees(mismatch, found, provider)
    mended = _entries(mismatch.payment_id) != before
    _close_if(agrees, mismatch_id, MismatchState.MENDED if mended else MismatchState.AGREED)


def _ask(mismatch: Mismatch, payment_id: UUID, provider: PaymentProvider) -> Outcome | None:
    """What became of what was asked for under the key, written down. What somebody did past us has the key of
    its charge, which says nothing of it; what a bank did is among its cases."""
    charge = Payment.get(payment_id).charge_key
    if mismatch.kind in BY_BANKS:
        record_disputes(payment_id, provider.disputes(charge=charge))
        return None
    if not mismatch.key:
        return None
    try:
        found = provider.find(key=mismatch.key)
    except StillPending:  # nothing is through, so that nothing is to be written down
        return None
    if isinstance(found, Succeeded):
        record(payment_id, mismatch.key, found)
    is_past_us = mismatch.key == charge and mismatch.kind != EntryKind.AUTHORISED.value
    return None if is_past_us else found


def look_at_entries(payment_id: UUID, provider: PaymentProvider) -> None:
    """List what was taken or given back and has failed since, as the provider says when it is asked. Raises
    ProviderTimeout."""
    payment = selectors.with_entries().get(pk=payment_id)
    for entry in payment.confirmed:
        if entry.kind in _MAY_FAIL_LATER:
            for found in only_ours(entry, provider):
                with db.transaction():
                    open_mismatch(found)


def record(payment_id: UUID, key: str, found: Outcome) -> None:
    """Take what the provider answers about a key of ours as the answer that is still waited for, if it is."""
    payment = Payment.get(payment_id)
    step, _, number = key.removeprefix(f"{payment_id}:").partition(":")
    if key == payment.charge_key:
        record_authorisation(payment_id, found)
    elif key == payment.capture_key:
        record_capture(payment_id, found)
    elif key == payment.void_key:
        record_void(payment_id, found)
    elif step == "refund" and number.isdigit() and _is_asked_for(payment_id, int(number)):
        record_refund(payment_id, int(number), found)


def _agrees(mismatch: Mismatch, found: Outcome | None, provider: PaymentProvider) -> bool:
    payment = selectors.with_entries().get(mismatches=mismatch.pk)
    match What(mismatch.what):
        case What.NOT_CLOSED:
            return not any(selectors.what_does_not_close(payment))
        case What.NEVER_TAKEN:
            return False  # somebody should know why
        case What.ONLY_LEDGER:
            return _is_confirmed(mismatch, payment, provider)
    movement = _movement(mismatch, payment, found)
    return not any(look_at(movement, payment, set()))


def _movement(mismatch: Mismatch, payment: Payment, found: Outcome | None) -> Movement:
    """What the provider says by now, or said when it was found. Under the key of one refund another may have
    been found, made past us: what became of the one says nothing of the other."""
    theirs = payment.of(mismatch.theirs or 0)
    if isinstance(found, Succeeded) and found.reference == mismatch.reference:
        theirs = found.amount
    return Movement(
        kind=MovementKind(mismatch.kind),
        key=mismatch.key,
        reference=mismatch.reference,
        amount=theirs,
        at=mismatch.moved_at or mismatch.created_at,
    )


def _is_confirmed(mismatch: Mismatch, payment: Payment, provider: PaymentProvider) -> bool:
    for entry in payment.confirmed:
        if (entry.kind, entry.reference) == (mismatch.kind, mismatch.reference):
            return confirms(provider, entry)[0]
    return False


def _is_written_down(mismatch: Mismatch) -> bool:
    """What belonged to no payment of ours does by now: its news came late, since it was last asked after."""
    written = PaymentEntry.objects.filter(
        at__gte=max(mismatch.created_at, clock.now() - 2 * ASKED_AGAIN_AFTER),
        kind=mismatch.kind,
        reference=mismatch.reference,
        amount=mismatch.theirs,
    )
    return written.exists()


def _is_asked_for(payment_id: UUID, number: int) -> bool:
    return RefundRequest.objects.filter(payment_id=payment_id, number=number).exists()


def _entries(payment_id: UUID) -> int:
    return PaymentEntry.objects.filter(payment_id=payment_id).count()


def _close_if(agrees: bool, mismatch_id: UUID, state: MismatchState) -> None:
    if not agrees:
        return
    with db.transaction():
        mismatch = Mismatch.lock(mismatch_id)
        if mismatch.is_open:
            close_mismatch(mismatch, state)
