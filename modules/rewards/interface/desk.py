"""What customers see of their points and do with them: the statement, what expires when, sending."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from modules.rewards.interface.ledger import Flow
from modules.rewards.interface.wallets import Wallet
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money


class StatementLine(DTO):
    """Why points came or went. `points` is how many it was about, by `change` what is available became
    `after`. `what` says it in words, with the names of the `campaigns` that gave them or of the `charity`
    that got them. `number` counts all that ever happened, so that later is greater."""

    number: int
    at: datetime
    flow: Flow
    points: int
    change: int
    after: int
    what: str
    region: str
    order_id: UUID | None = None
    expires_at: datetime | None = None
    campaigns: tuple[str, ...] = ()
    charity: str = ""


class StatementPage(DTO):
    """What happened, the latest first; `after` is where to go on, None at the end."""

    lines: tuple[StatementLine, ...]
    after: int | None = None


class LotView(DTO):
    """Points that came together and expire together. What is left of them is pending, available or held."""

    id: UUID
    points: int
    pending: int
    available: int
    held: int
    opened_at: datetime
    expires_at: datetime
    region: str
    order_id: UUID | None = None


class Membership(DTO):
    """The tier that a customer has in a region: its code and title, empty for none, until when, and the codes
    of what it brings, for whichever module gives that. `points_to_next` more that become the customer's
    within the qualifying time reach the tier `next_title`; empty and 0 in the highest."""

    tier: str = ""
    title: str = ""
    until: datetime | None = None
    benefits: tuple[str, ...] = ()
    next_title: str = ""
    points_to_next: int = 0


class TierView(DTO):
    """A tier of a region. Who earned `from_points` within the qualifying time has it; what an order earns is
    then `multiplier` times as much, and `benefits` are the codes of what else it brings. One is `mine`, until
    `until`; of those above it so many points are `missing`."""

    code: str
    title: str
    from_points: int
    multiplier: Decimal
    benefits: tuple[str, ...] = ()
    mine: bool = False
    until: datetime | None = None
    missing: int = 0


class CampaignView(DTO):
    """What orders earn more until before `until`, where the `restaurant_id` is None from anywhere. By its
    `kind`: `multiplier` times what they earn anyway (`multiplier`); so many `points` for each order
    (`bonus`), for a customer's first one (`first_order`), or for so many `orders` within so many `days`
    (`streak`)."""

    id: UUID
    title: str
    kind: str
    until: datetime
    multiplier: Decimal | None = None
    points: int | None = None
    orders: int | None = None
    days: int | None = None
    restaurant_id: UUID | None = None


class RewardsAccount(DTO):
    """A customer's points and what goes with them. `worth` is what the available ones pay in the region,
    None where points are not spent; fewer than `minimum_points` are not spent at once. By `code` others
    send points, it is empty until the customer wants one. `usable` is false while nothing may be taken.
    `expiring` are those lots that expire first. `membership` is None in a region without tiers; the wallet's
    tier is of the region too."""

    wallet: Wallet
    worth: Money | None = None
    minimum_points: int = 1
    code: str = ""
    usable: bool = True
    may_send: bool = False
    expiring: tuple[LotView, ...] = ()
    membership: Membership | None = None


class SendingPreview(DTO):
    """What sending would mean: `to` is the receiver's code as it was understood. `left_today` may still be
    sent after it. `expires_at` is when the first of the points expire, with the receiver as with the
    sender."""

    to: str
    points: int
    available_after: int
    left_today: int
    expires_at: datetime


class SendingState(OpenEnum):
    """Where what one customer sends another is."""

    HELD = "held"  # set aside until somebody has looked into it
    SENT = "sent"
    RETURNED = "returned"  # the sender's again
    UNKNOWN = "unknown"


class SendingView(DTO):
    """Points that were sent; it is not undone. While it is `held` they are neither side's to use: once it was
    looked into they are `sent`, or `returned` to the sender."""

    id: UUID
    to: str
    points: int
    at: datetime
    state: SendingState = SendingState.SENT


class SendingLine(DTO):
    """Points that the customer sent somebody, or `received` from them. `other` is the code of that somebody,
    empty for who has none any more. `at` is when they were sent, or came."""

    id: UUID
    received: bool
    other: str
    points: int
    at: datetime
    state: SendingState


class SendingsPage(DTO):
    """The newest first; `next` is where to go on, None at the end."""

    lines: tuple[SendingLine, ...]
    next: UUID | None = None
