"""What rewards tells the others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tiffin.log import Event


class PointsHoldLapsed(Event, wire="rewards.points_hold_lapsed.v1"):
    """Nobody ended the hold in time: its points are the customer's again."""

    hold_id: UUID
    order_id: UUID
    customer_id: UUID
    points: int


class PointsExpireSoon(Event, wire="rewards.points_expire_soon.v1"):
    """Of the customer's points so many expire at `expires_at`, unless they are spent."""

    customer_id: UUID
    points: int
    expires_at: datetime


class TierChanged(Event, wire="rewards.tier_changed.v1"):
    """The customer's tier is `tier`, which people call `title`, until `until`, or longer; empty: none.
    `benefits` are the codes of what it brings."""

    customer_id: UUID
    tier: str
    before: str
    until: datetime
    benefits: tuple[str, ...]
    title: str = ""


class TierKept(Event, wire="rewards.tier_kept.v1"):
    """A period was over, and the customer keeps the `tier` until `until`, or longer. `benefits` are the codes
    of what it brings now."""

    customer_id: UUID
    tier: str
    until: datetime
    benefits: tuple[str, ...]


class StandingOrderSkipped(Event, wire="rewards.standing_order_skipped.v1"):
    """Nothing could be given this month, for a `reason`: the code of what was refused; the next month is
    tried again. `available` is how many points there were where they were not enough, or else 0."""

    standing_order_id: UUID
    customer_id: UUID
    charity_id: UUID
    points: int
    available: int
    reason: str = ""


class SendingReturned(Event, wire="rewards.sending_returned.v1"):
    """Points that were sent and had to be looked into did not go: they are the sender's again. Why is
    `reason`: `frozen` or `undecided` is the sender's wallet, `receiver` can be sent none any more, `expired`
    are some of them, `forgotten` is the sender."""

    sending_id: UUID
    customer_id: UUID
    points: int
    reason: str


class PointsReceived(Event, wire="rewards.points_received.v1"):
    """The customer was sent points by another."""

    sending_id: UUID
    customer_id: UUID
    points: int
