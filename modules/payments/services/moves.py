"""What becomes of payouts, of one or of all in a bank's answer: told, entered and waited for by one statement
each, however many they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from modules.payments.events import PayoutPaid, PayoutRejected, PayoutSent
from modules.payments.interface import PayoutState
from modules.payments.models import Payout, TransferEntry, TransferKind
from tiffin import clock, db, jobs
from tiffin.log import Event, publish_all

# For so long a payout may stand before staff hear of it. Banks settle on the next working day, at most over a
# long weekend.
PATIENCE = {
    PayoutState.WANTED: timedelta(days=2),
    PayoutState.BATCHED: timedelta(days=1),
    PayoutState.SENT: timedelta(days=5),
    PayoutState.REJECTED: timedelta(days=1),
}


class Moves:
    """Of locked payouts, in the order in which they happen."""

    def __init__(self) -> None:
        self._told: dict[UUID, tuple[Payout, list[Event]]] = {}
        self._entries: list[TransferEntry] = []

    def sent(self, payout: Payout) -> None:
        """The bank has it. Raises StateConflict."""
        payout.move_to(PayoutState.SENT)
        self._tell(payout, PayoutSent(payout_id=payout.id, amount=payout.money, purpose=payout.purpose))
        wait(payout)

    def paid(self, payout: Payout) -> None:
        """The bank has paid it, whatever was thought of it before. Raises StateConflict."""
        if payout.state is PayoutState.BATCHED:
            self.sent(payout)
        payout.move_to(PayoutState.PAID)
        payout.reason = ""
        self._entries.append(entry(payout, TransferKind.PAID_OUT))
        self._tell(payout, PayoutPaid(payout_id=payout.id, amount=payout.money, purpose=payout.purpose))
        jobs.clear_deadline(payout)

    def rejected(self, payout: Payout, reason: str) -> None:
        """The bank has not paid it, or has the money back. Raises StateConflict."""
        if payout.state is PayoutState.BATCHED:
            self.sent(payout)
        if payout.state is PayoutState.PAID:
            self._entries.append(entry(payout, TransferKind.CAME_BACK))
        payout.move_to(PayoutState.REJECTED)
        payout.reason = reason[:35] or "unsaid"
        told = PayoutRejected(
            payout_id=payout.id, amount=payout.money, purpose=payout.purpose, reason=payout.reason
        )
        self._tell(payout, told)
        wait(payout)

    def _tell(self, payout: Payout, event: Event) -> None:
        self._told.setdefault(payout.id, (payout, []))[1].append(event)

    def write(self) -> None:
        """What has happened. Raises StaleAggregate for a payout that was not locked."""
        db.insert(*self._entries)
        publish_all(list(self._told.values()), saving=("state_name", "stuck", "reason", "note"))


@contextmanager
def moving() -> Iterator[Moves]:
    """Moves that are written at its end."""
    moves = Moves()
    yield moves
    moves.write()


@db.transaction_required
def wait(payout: Payout) -> None:
    """Somebody must move it on in time."""
    jobs.set_deadline(payout, "payout_stands", due=clock.now() + PATIENCE[payout.state])


def entry(payout: Payout, kind: TransferKind, *, attempt: int | None = None, note: str = "") -> TransferEntry:
    """What happened to the money, by the attempt: the last one, unless another is named. Not written yet."""
    return TransferEntry(
        region=payout.region,
        kind=kind.value,
        payout=payout,
        party_kind=payout.payee_kind,
        party_id=payout.payee_id,
        purpose=payout.purpose,
        reference=payout.end_to_end_id if attempt is None else payout.name_of(attempt),
        amount=payout.amount,
        currency=payout.currency,
        at=clock.now(),
        note=note,
    )
