"""The points ledger as others see it: what moves where, and what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum


class Flow(OpenEnum):
    """Why something moves, which says from which kind of account to which: `states.FLOWS`."""

    EARN = "earn"
    EARN_FUNDED = "earn_funded"
    GRANT = "grant"
    CONFIRM = "confirm"
    UNEARN = "unearn"
    UNEARN_FUNDED = "unearn_funded"
    TAKE_BACK = "take_back"
    OWE = "owe"
    REPAY = "repay"
    HOLD = "hold"
    POST = "post"
    RELEASE = "release"
    RESTORE = "restore"
    EXPIRE = "expire"
    SEND = "send"
    RECEIVE = "receive"
    DONATE = "donate"
    PLEDGE = "pledge"
    COLLECT = "collect"
    UNCOLLECT = "uncollect"
    PAY = "pay"
    RETURN = "return"
    BILL = "bill"
    LEVEL = "level"  # within one account, so that a part of it can give all: only the ledger itself
    UNKNOWN = "unknown"


class Transfer(DTO, gc=False):  # thousands at a time, and in no circle
    """`amount` (points, or minor units of `unit` where it is money) moves by `flow` from one account to
    another. `id` is the caller's, a UUIDv7 or one made by `ids.derived`; the same id is the same transfer for
    ever. `customer_id` is the customer of its accounts, `party_id` the charity or the campaign.

    `lot_id` names the lot that CONFIRM, UNEARN, TAKE_BACK and EXPIRE are about (the id of the transfer that
    opened it), and a HOLD for no order; what else takes points takes those that expire first.
    `hold_id` is the hold (the id of its transfer) that POST, RELEASE and RESTORE are about. `expires_at` is
    when the lot that is opened expires, or the hold lapses. `order_id` and `reason` are for the statement.
    """

    id: UUID
    flow: Flow
    amount: int
    region: str
    unit: str = "PTS"
    customer_id: UUID | None = None
    party_id: UUID | None = None
    lot_id: UUID | None = None
    hold_id: UUID | None = None
    order_id: UUID | None = None
    expires_at: datetime | None = None
    reason: str = ""


class Posting(DTO, gc=False):
    """Transfers that happen together or not at all, in their order."""

    transfers: tuple[Transfer, ...]


class Refused(DTO, gc=False):
    """A posting that did not happen: the transfer that stopped it, and why: `insufficient`, `hold_ended`,
    `hold_unknown`, `lot_unknown`, `transfer_differs`, `transfer_invalid` or `linked_refused`. `there` is how
    much there was."""

    transfer_id: UUID
    code: str
    there: int = 0


class PostResult(DTO):
    """How many postings there were, of which the `refused` did not happen. What was posted before is
    posted."""

    postings: int
    refused: tuple[Refused, ...] = ()
