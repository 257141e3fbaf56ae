"""What subscriptions reports: of a membership always all that others need to grant its benefits."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions.interface import Benefit, MembershipState
from tiffin.interfaces import OpenEnum
from tiffin.log import Event
from tiffin.money import Money


class Why(OpenEnum):
    """What happened to a membership. CHANGES: it has another plan when the period is over."""

    JOINED = "joined"
    RENEWED = "renewed"
    ACTION_REQUIRED = "action_required"
    PAYMENT_FAILED = "payment_failed"
    RECOVERED = "recovered"
    RENEWS_SOON = "renews_soon"
    CHANGED = "changed"
    CHANGES = "changes"
    PRICE_CHANGES = "price_changes"
    PRICE_STAYS = "price_stays"
    CANCELS = "cancels"
    KEPT = "kept"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXPIRED = "expired"
    ENDED = "ended"
    TAKEN_BACK = "taken_back"
    UNKNOWN = "unknown"


class MembershipChanged(Event, wire="subscriptions.membership_changed.v1"):
    """How a membership stands by now, and why it changed. `benefits` are granted in `valid_in` before
    `access_until` (ISO 8601, UTC; empty: not at all). Where it is about an invoice, its `total` and the `tax`
    in it, and when a payment is tried again (`again_on`, a day of the region); of one that RENEWS_SOON,
    `total` is what is going to be charged. `paid_to` is the first day that is not paid for, on which it
    renews where it does; benefits may be granted for longer. `a_year` is what the plan brings in a year
    without tax and introductions, while periods of it are billed: none of a trial, a pause, or when it is
    over. A period costs `new_price` from that which begins on `new_price_from` (ISO 8601) on, where that is
    to change."""

    membership_id: UUID
    customer_id: UUID
    plan_code: str
    title: str
    state: MembershipState
    why: Why
    benefits: tuple[Benefit, ...]
    valid_in: tuple[str, ...]
    access_until: str = ""
    invoice_id: UUID | None = None
    total: Money | None = None
    tax: Money | None = None
    again_on: str = ""
    paid_to: str = ""
    a_year: Money | None = None
    new_price: Money | None = None
    new_price_from: str = ""


class MembershipOffered(Event, wire="subscriptions.membership_offered.v1"):
    """Whoever left is asked to come back: a plan for them alone costs `price` for so many `periods` of
    `months` each, and `then_price` afterwards; the same and 0 periods where it has no introduction."""

    membership_id: UUID
    customer_id: UUID
    plan_id: UUID
    title: str
    months: int
    price: Money
    periods: int
    then_price: Money
