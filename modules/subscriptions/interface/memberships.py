"""Memberships and what they cost, as others see them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from modules.subscriptions.interface.benefits import Benefit
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

# For what payments is asked to charge.
PURPOSE = "membership"


class MembershipState(OpenEnum):
    """The names are Stripe's (https://docs.stripe.com/api/subscriptions/object, `status`). INCOMPLETE waits
    for its first payment, PAST_DUE has one that failed and is tried again, UNPAID is tried no more."""

    INCOMPLETE = "incomplete"
    INCOMPLETE_EXPIRED = "incomplete_expired"
    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    UNPAID = "unpaid"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class InvoiceState(OpenEnum):
    """As Stripe's (https://docs.stripe.com/invoicing/overview)."""

    OPEN = "open"
    PAID = "paid"
    VOID = "void"
    UNCOLLECTIBLE = "uncollectible"
    UNKNOWN = "unknown"


class InvoiceKind(OpenEnum):
    """JOIN is for the first period, RENEWAL for any later one, CHANGE for another plan within a period."""

    JOIN = "join"
    RENEWAL = "renewal"
    CHANGE = "change"
    UNKNOWN = "unknown"


class CreditReason(OpenEnum):
    """Why an invoice is owed no more: it is VOID, as nobody has to pay it, was paid and TAKEN_BACK, or staff
    gave it back out of GOODWILL."""

    VOID = "void"
    TAKEN_BACK = "taken_back"
    GOODWILL = "goodwill"
    UNKNOWN = "unknown"


class CreditNoteView(DTO):
    """What is not owed of an invoice after all: `total`, of which `tax` is tax. `number` is empty until it
    has one."""

    number: str
    reason: CreditReason
    total: Money
    tax: Money
    issued_at: datetime


class LineKind(OpenEnum):
    """A whole PERIOD; of a change the CREDIT for what is left of the old plan, below nothing, and the CHARGE
    for what is left of the new one."""

    PERIOD = "period"
    CREDIT = "credit"
    CHARGE = "charge"
    UNKNOWN = "unknown"


class InvoiceLine(DTO):
    """The days from `begins` until before `ends` on a plan."""

    kind: LineKind
    title: str
    begins: date
    ends: date
    amount: Money


class InvoiceView(DTO):
    """`total` is what is paid, of which `tax` is tax. `number` is empty until it has one; `payment_id` is
    that of its last charge. `credits` are the credit notes for it."""

    id: UUID
    membership_id: UUID
    kind: InvoiceKind
    state: InvoiceState
    number: str
    lines: tuple[InvoiceLine, ...]
    total: Money
    tax: Money
    refunded: Money
    opened_at: datetime
    paid_at: datetime | None = None
    payment_id: UUID | None = None
    credits: tuple[CreditNoteView, ...] = ()


class MembershipView(DTO):
    """`benefits` are granted before `access_until`, in `valid_in`, and not while `state` is PAUSED. The next
    period begins on `renews_on` and costs `renews_at_price`; None where none begins. From that which begins
    on `new_price_from` on each costs `new_price`, where that is to change. `action_url` is where the customer
    confirms what is `owed`; `saved` is what it took off orders to date."""

    id: UUID
    customer_id: UUID
    region: str
    plan_id: UUID
    plan_code: str
    title: str
    version: int
    state: MembershipState
    started_on: date
    benefits: tuple[Benefit, ...]
    valid_in: tuple[str, ...]
    access_until: datetime | None = None
    renews_on: date | None = None
    renews_at_price: Money | None = None
    new_price: Money | None = None
    new_price_from: date | None = None
    cancels: bool = False
    changes_to: UUID | None = None
    paused_until: date | None = None
    owed: Money | None = None
    action_url: str | None = None
    saved: Money | None = None


class ChangePreview(DTO):
    """What changing to a plan means: at once, with an invoice of these `lines` over `due`, of which `tax` is
    tax, or on `on`, when the period is over, with nothing due. The next period begins on `renews_on`."""

    plan_id: UUID
    at_once: bool
    on: date
    lines: tuple[InvoiceLine, ...]
    due: Money
    tax: Money
    renews_on: date
    renews_at_price: Money
