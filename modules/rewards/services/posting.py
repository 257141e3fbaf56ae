"""Posting to the ledger: one transfer or thousands, on one path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

from modules.rewards.interface import (
    Flow,
    HoldConflict,
    HoldUnknown,
    InsufficientPoints,
    Posting,
    PostResult,
    Refused,
    TooManyTransfers,
    Transfer,
    TransferDiffers,
    TransferInvalid,
)
from modules.rewards.ledger import enter, open_books, plan
from modules.rewards.ledger.planning import DIFFERS, HOLD_ENDED, HOLD_UNKNOWN, INSUFFICIENT
from modules.rewards.models import Refusal
from tiffin import clock, db

# As many as the fastest ledgers take at once: a longer batch keeps others waiting.
LONGEST_BATCH = 8190
# Longer than any command's key is remembered.
REFUSALS_KEPT = timedelta(days=30)


def post_many(postings: Sequence[Posting], *, remembers: bool = True) -> PostResult:
    """Post each of them, all or none of its transfers; a refused one stops none of the others.

    What was posted or refused before under the same ids is answered the same; but where it does not remember,
    refusals are neither written down nor looked up, for callers who keep what was refused themselves and try
    it again under the same ids. Raises TooManyTransfers; Overtaken when an id was used for something else at
    the same moment, and then nothing is posted.
    """
    count = sum(len(posting.transfers) for posting in postings)
    if count > LONGEST_BATCH:
        raise TooManyTransfers(transfers=count, limit=LONGEST_BATCH)
    at = clock.now()
    with db.transaction():
        batch, books = open_books(postings)
        if not remembers:
            books.refused.clear()
        planned = plan(batch, books, at=at)
        enter(planned if remembers else planned._replace(newly=[]), at=at)
    return PostResult(postings=len(postings), refused=tuple(planned.refused))


@db.transaction_required
def post(*transfers: Transfer) -> None:
    """Post all of them, or raise: InsufficientPoints, HoldUnknown, HoldConflict, TransferDiffers,
    TransferInvalid. Nothing is written down of what is refused, for the transaction is undone."""
    at = clock.now()
    planned = plan(*open_books([Posting(transfers=transfers)]), at=at)
    for refused in planned.refused:
        _raise(refused, next(each for each in transfers if each.id == refused.transfer_id))
    enter(planned, at=at)


def _raise(refused: Refused, transfer: Transfer) -> NoReturn:
    if refused.code == INSUFFICIENT:
        raise InsufficientPoints(wanted=transfer.amount, available=refused.there)
    if refused.code == HOLD_UNKNOWN and transfer.hold_id is not None:
        raise HoldUnknown(hold_id=transfer.hold_id)
    if refused.code == HOLD_ENDED and transfer.hold_id is not None:
        action = "posted" if transfer.flow is Flow.POST else "released"
        raise HoldConflict(hold_id=transfer.hold_id, state="ended", action=action)
    if refused.code == DIFFERS:
        raise TransferDiffers(transfer_id=transfer.id)
    raise TransferInvalid(transfer_id=transfer.id, flow=transfer.flow.value)


def forget_refusals() -> int:
    """Returns how many were kept long enough."""
    deleted, _ = Refusal.objects.filter(at__lt=clock.now() - REFUSALS_KEPT).delete()
    return int(deleted)
