"""Posting to the ledger: one transfer or thousands, on one path."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NoReturn

from django.db import IntegrityError

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
from modules.rewards.ledger import (
    Batch,
    Books,
    Overtaken,
    Planned,
    concerned,
    enter,
    lock_as_read,
    look_ahead,
    open_books,
    plan,
)
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
        planned = _entered_ahead(postings, at, remembers) or _entered(postings, at, remembers)
    return PostResult(postings=len(postings), refused=tuple(planned.refused))


def _entered(postings: Sequence[Posting], at: datetime, remembers: bool) -> Planned:
    planned = _planned(open_books(postings), remembers)
    enter(planned, at=at)
    return planned


def _planned(opened: tuple[Batch, Books], remembers: bool) -> Planned:
    batch, books = opened
    if remembers:
        return plan(batch, books)
    books.refused.clear()
    return plan(batch, books)._replace(newly=[])


def _entered_ahead(postings: Sequence[Posting], at: datetime, remembers: bool) -> Planned | None:
    """Plan before anything is locked, so that others who post for one of its customers wait for its entering
    alone. What is refused is planned again, and so is what is about customers for whom others have posted
    meanwhile. The database refuses what does not fit, as lots and holds that others took: None then, and
    when it cannot be known ahead.
    """
    ahead = look_ahead(postings)
    if ahead is None:
        return None
    planned, books = _planned(ahead, remembers), ahead[1]
    try:
        with db.attempt():
            changed = lock_as_read(books) | {refused.transfer_id for refused in planned.refused}
            if changed:
                again = concerned(postings, changed)
                anew = _planned(open_books(again, stripe=books.stripe), remembers)
                planned = planned.with_these_anew(again, anew)
            enter(planned, at=at)
    except (IntegrityError, Overtaken):
        return None
    return planned


@db.transaction_required
def post(*transfers: Transfer) -> None:
    """Post all of them, or raise: InsufficientPoints, HoldUnknown, HoldConflict, TransferDiffers,
    TransferInvalid. Nothing is written down of what is refused, for the transaction is undone."""
    planned = plan(*open_books([Posting(transfers=transfers)]))
    for refused in planned.refused:
        _raise(refused, next(each for each in transfers if each.id == refused.transfer_id))
    enter(planned, at=clock.now())


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
