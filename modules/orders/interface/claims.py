"""What customers may ask for when something was wrong, and what stopping an order would mean."""

from __future__ import annotations

from datetime import datetime
from typing import NewType
from uuid import UUID

from modules.orders.interface.bills import Party
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

ClaimId = NewType("ClaimId", UUID)
EvidenceId = NewType("EvidenceId", UUID)


class ClaimReason(OpenEnum):
    """What was wrong. The first four name dishes, the last is about the whole order."""

    MISSING = "missing"
    WRONG = "wrong"
    DAMAGED = "damaged"
    BAD = "bad"
    NEVER_ARRIVED = "never_arrived"
    UNKNOWN = "unknown"


class ClaimState(OpenEnum):
    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class ClaimLine(DTO):
    """`quantity` dishes of the order's line of that index."""

    line: int
    quantity: int = 1


class EvidenceView(DTO):
    """A photo that the customer sent with a claim; `size` in bytes."""

    id: EvidenceId
    media_type: str
    size: int
    added_at: datetime


class EvidenceFile(DTO):
    """A photo itself: JPEG, PNG or WebP, without what it said of place and time."""

    media_type: str
    content: bytes


class ClaimView(DTO):
    """A claim as its customer sees it. `answer` is what staff wrote to them, `evidence` the photos they sent,
    `takes_evidence` whether more are taken; a claim that was refused may be appealed against once, until
    `appeal_until`. `asked` is what the dishes had cost with the fees that go with them,
    `granted` what goes back; while it is open somebody decides until `decide_by`."""

    id: ClaimId
    order_id: UUID
    reason: ClaimReason
    state: ClaimState
    lines: tuple[ClaimLine, ...]
    asked: Money
    granted: Money
    opened_at: datetime
    decide_by: datetime
    decided_at: datetime | None = None
    note: str | None = None
    answer: str = ""
    evidence: tuple[EvidenceView, ...] = ()
    takes_evidence: bool = False
    appealed_at: datetime | None = None
    appeal_until: datetime | None = None


class KeptPart(DTO):
    """What the customer pays, or does not, of an order that is stopped: `amount` of it with its `tax`, which
    `liable` owes; `party` is whose it is, `line` the index of the order's line, `reason` a sentence that says
    why it is kept, empty for what is not."""

    label: str
    amount: Money
    tax: Money
    party: Party
    liable: Party
    reason: str
    line: int | None = None


class CancellationPreview(DTO):
    """What stopping the order now would mean: whether it can be, what would come back of what was taken, what
    would never be taken, what is kept in all and for what, what the customer does not pay, line by line, and
    a sentence that says so."""

    may_cancel: bool
    back: Money
    released: Money
    text: str
    kept: tuple[KeptPart, ...] = ()
    keeps: Money | None = None
    unpaid: tuple[KeptPart, ...] = ()
