"""What the provider and we do not agree on: opened once, asked after daily, closed when it agrees or by
staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from modules.payments import selectors
from modules.payments.errors import MismatchNoteMissing
from modules.payments.models import EntryKind, Mismatch, MismatchState, Payment, What
from tiffin import clock, context, db, jobs
from tiffin.dto import DTO

ASKED_AGAIN_AFTER = timedelta(days=1)


class Difference(DTO):
    """What was found at `holder`, a provider. `ours` and `theirs` are minor units, None where there is
    nothing."""

    what: What
    region: str
    currency: str
    payment_id: UUID | None = None
    holder: str = ""
    kind: str = ""
    key: str = ""
    reference: str = ""
    ours: int | None = None
    theirs: int | None = None
    at: datetime | None = None
    words: str = ""

    @property
    def subject(self) -> str:
        """The same each time that the same is found."""
        return f"{self.payment_id or ''}:{self.kind or self.what.value}:{self.reference}"


def never_taken(payment: Payment) -> Difference:
    """Money was held for an order that never took it: it may be gone, or was never confirmed."""
    return Difference(
        what=What.NEVER_TAKEN,
        region=payment.region,
        currency=payment.currency,
        payment_id=payment.id,
        holder=payment.provider,
        ours=payment.total(EntryKind.AUTHORISED).amount,
        words=f"order {payment.order_id} never took what was held for it; it is let go",
    )


def not_closed(payment: Payment) -> Difference:
    """A payment at rest that does not add up."""
    return Difference(
        what=What.NOT_CLOSED,
        region=payment.region,
        currency=payment.currency,
        payment_id=payment.id,
        holder=payment.provider,
        words="; ".join(selectors.what_does_not_close(payment)),
    )


@db.transaction_required
def open_mismatch(found: Difference) -> Mismatch:
    """List it; found again it is the same one. What staff resolved stays resolved, what closed by itself and
    is there again is open again."""
    mismatch = Mismatch(subject=found.subject, region=found.region, currency=found.currency)
    _fill(mismatch, found)
    if not db.insert(mismatch, unless_taken=("subject",)):
        mismatch = Mismatch.lock(Mismatch.objects.values_list("id", flat=True).get(subject=found.subject))
        mismatch.seen, mismatch.seen_at = mismatch.seen + 1, clock.now()
        if mismatch.state_name != MismatchState.RESOLVED:
            _fill(mismatch, found)
            if not mismatch.is_open:
                mismatch.move_to(MismatchState.OPEN)
            mismatch.closed_at, mismatch.closed_by = None, ""
        mismatch.save()
    if mismatch.is_open:
        ask_again(mismatch)
    return mismatch


@db.transaction_required
def ask_again(mismatch: Mismatch) -> None:
    """Ask the provider now, and tomorrow if nothing has become of it."""
    jobs.add(mismatch, "look_again", due=clock.now())
    jobs.set_deadline(mismatch, "mismatch_stands", due=clock.now() + ASKED_AGAIN_AFTER)


@db.transaction_required
def close_mismatch(mismatch: Mismatch, state: MismatchState, *, note: str = "") -> None:
    mismatch.move_to(state)
    mismatch.closed_at = clock.now()
    mismatch.closed_by, mismatch.note = str(context.current().actor)[:64], note[:300]
    mismatch.save()
    jobs.drop(mismatch, "look_again")
    jobs.clear_deadline(mismatch)


def ask_provider_again(mismatch_id: UUID) -> None:
    """Staff want to know now."""
    with db.transaction():
        mismatch = Mismatch.lock(mismatch_id)
        if mismatch.is_open:
            ask_again(mismatch)


def resolve_mismatch(mismatch_id: UUID, *, note: str) -> None:
    """Staff have found out what it is, and say so; it is not opened again. Raises MismatchNoteMissing."""
    if not note.strip():
        raise MismatchNoteMissing()
    with db.transaction():
        mismatch = Mismatch.lock(mismatch_id)
        if mismatch.is_open:
            close_mismatch(mismatch, MismatchState.RESOLVED, note=note.strip())


def stand(mismatch_id: UUID) -> None:
    """A day has gone by, and it is open still."""
    mismatch = Mismatch.lock(mismatch_id)
    if mismatch.is_open:
        ask_again(mismatch)


def _fill(mismatch: Mismatch, found: Difference) -> None:
    mismatch.what = found.what
    mismatch.payment_id, mismatch.holder = found.payment_id, found.holder
    mismatch.kind, mismatch.key, mismatch.reference = found.kind, found.key, found.reference
    mismatch.ours, mismatch.theirs = found.ours, found.theirs
    mismatch.moved_at, mismatch.words = found.at, found.words
