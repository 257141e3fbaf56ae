"""Money that moved beside what its payout's state tells: of a former attempt, or of what was given up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from modules.payments.errors import TransferNotBesides
from modules.payments.interface import PayoutState
from modules.payments.models import Payout, TransferEntry, TransferKind, payout_of
from modules.payments.services.moves import entry
from modules.payments.services.payouts import noted
from tiffin import db


def enter_paid_besides(payout_id: UUID, *, reference: str, note: str) -> None:
    """Staff have seen on the statement that a transfer was paid after all: a former attempt of the payout, or
    the last one of what was given up. It stays as it stands, and the ledger has the money. `reference` is the
    EndToEndId. Raises TransferNoteMissing, TransferNotBesides."""
    with db.transaction():
        payout = noted(payout_id, note)
        attempt = _attempt(payout, reference)
        if attempt == payout.attempt and payout.state is not PayoutState.FAILED:
            why = f"it is the last attempt of a payout that is {payout.state_name}; choose Paid there"
            raise TransferNotBesides(reference=reference, why=why)
        if any(_entered(payout, attempt)):
            raise TransferNotBesides(reference=reference, why="it is entered as paid already")
        entry(payout, TransferKind.PAID_BESIDES, attempt=attempt, note=payout.note).save()


def enter_back_besides(payout_id: UUID, *, reference: str, note: str) -> None:
    """What was entered as paid besides came back, by its EndToEndId. Raises TransferNoteMissing,
    TransferNotBesides."""
    with db.transaction():
        payout = noted(payout_id, note)
        attempt = _attempt(payout, reference)
        _, besides = _entered(payout, attempt)
        if not besides:
            raise TransferNotBesides(reference=reference, why="it is not entered as paid besides")
        entry(payout, TransferKind.BACK_BESIDES, attempt=attempt, note=payout.note).save()


def paid_besides(payouts: Collection[Payout]) -> frozenset[str]:
    """Which of their transfers the ledger has paid beside their states, by EndToEndId."""
    kinds = (TransferKind.PAID_BESIDES, TransferKind.BACK_BESIDES)
    entered = TransferEntry.objects.filter(payout__in=payouts, kind__in=kinds)
    left: Counter[str] = Counter()
    for reference, kind in entered.values_list("reference", "kind"):
        left[reference] += 1 if kind == TransferKind.PAID_BESIDES else -1
    return frozenset(reference for reference, times in left.items() if times > 0)


def _attempt(payout: Payout, reference: str) -> int:
    try:
        payout_id, attempt = payout_of(reference.strip())
    except ValueError:
        payout_id, attempt = None, 0
    if payout_id != payout.id or not 1 <= attempt <= payout.attempt:
        raise TransferNotBesides(reference=reference or "Nothing", why="it is no transfer of this payout")
    return attempt


def _entered(payout: Payout, attempt: int) -> tuple[int, int]:
    """How many times more as paid than as come back: by the payout's state, and besides."""
    kinds = list(
        TransferEntry.objects.filter(payout=payout, reference=payout.name_of(attempt)).values_list(
            "kind", flat=True
        )
    )
    return (
        kinds.count(TransferKind.PAID_OUT) - kinds.count(TransferKind.CAME_BACK),
        kinds.count(TransferKind.PAID_BESIDES) - kinds.count(TransferKind.BACK_BESIDES),
    )
