"""What reckoning and confirming have in common: which earnings are looked at, and what the ledger refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from modules.rewards.earning import Part, Share, shares_of
from modules.rewards.interface import Posting
from modules.rewards.models import Earning
from modules.rewards.services.posting import LONGEST_BATCH, post_many
from modules.rewards.states import EarningState
from tiffin import db
from tiffin.errors import DomainError

BATCH = 1000
# What the ledger does not take, and nobody foresaw, waits so long and stops nothing else.
TRIED_AGAIN_AFTER = timedelta(minutes=10)
REFUSAL_LENGTH = 24


@db.transaction_required
def due_earnings(state: EarningState, now: datetime) -> list[Earning]:
    """Some of those that are to be looked at, locked; what somebody else looks at is left out."""
    rows = Earning.objects.filter(state_name=state.value, due_at__lte=now).order_by("due_at")
    return list(rows.select_for_update(skip_locked=True)[:BATCH])


def refusal_of(error: Exception) -> str:
    """Why it did not happen, short enough to be kept beside it."""
    code = error.code if isinstance(error, DomainError) else type(error).__name__
    return code[:REFUSAL_LENGTH]


def shares_in(earning: Earning) -> list[Share]:
    """Which of its points lie in which lot."""
    return shares_of(earning.id, msgspec.convert(earning.parts, list[Part]))


@db.transaction_required
def refusals(postings: Sequence[Posting]) -> dict[UUID, str]:
    """Post them; which earnings the ledger did not take, and why. They are tried again under the same ids."""
    order_of = {transfer.id: transfer.order_id for posting in postings for transfer in posting.transfers}
    longest = max((len(posting.transfers) for posting in postings), default=1)
    at_once = max(1, LONGEST_BATCH // longest)
    refused = [
        each
        for begin in range(0, len(postings), at_once)
        for each in post_many(postings[begin : begin + at_once], remembers=False).refused
    ]
    return {order_id: each.code for each in refused if (order_id := order_of[each.transfer_id])}
