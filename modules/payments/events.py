"""What payments reports: of a payment with its order, or of a charge with the id that its caller gave as
`order_id` and the `purpose` that it said; of a payout or a collection by the id its caller gave; always with
the amount it is about; and of cards that customers keep."""

from __future__ import annotations

from uuid import UUID

from modules.payments.interface import ORDER
from tiffin.interfaces import OpenEnum
from tiffin.log import Event
from tiffin.money import Money


class PaymentStep(OpenEnum):
    """What was asked of the provider."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    UNKNOWN = "unknown"


class PaymentAuthorised(Event, wire="payments.payment_authorised.v1"):
    """`amount` is held for the order."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    purpose: str = ORDER


class PaymentActionRequired(Event, wire="payments.payment_action_required.v1"):
    """The customer must confirm at `action_url` before `expires_at` (ISO 8601, UTC)."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    action_url: str
    expires_at: str
    purpose: str = ORDER


class PaymentDeclined(Event, wire="payments.payment_declined.v1"):
    """The money was refused and nothing is held. `reason` is `DECLINED_FOR_GOOD`,
    `DECLINED_FOR_NOW`, the provider's code or `action_timeout`."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    reason: str
    purpose: str = ORDER


class PaymentCaptured(Event, wire="payments.payment_captured.v1"):
    """`amount` was taken; whatever more had been held is free again."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    purpose: str = ORDER


class PaymentVoided(Event, wire="payments.payment_voided.v1"):
    """Nothing is held any more. `amount` is what had been held, which may be nothing."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    purpose: str = ORDER


class PaymentRefunded(Event, wire="payments.payment_refunded.v1"):
    """`amount` was given back just now, `refunded` in all. `reference` is the key of the command that asked
    for it, empty when none did; None of who does not say."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    refunded: Money
    reason: str
    reference: str | None = None
    purpose: str = ORDER


class PaymentChargedBack(Event, wire="payments.payment_charged_back.v1"):
    """The customer's bank took `amount` back, for the `reason` that it gives. `dispute` is the provider's
    name of the case; the same case charges back once."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    reason: str
    dispute: str
    purpose: str = ORDER


class PaymentChargebackReversed(Event, wire="payments.payment_chargeback_reversed.v1"):
    """The case was decided for us: `amount`, which had been charged back, is ours again."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    dispute: str
    purpose: str = ORDER


class PaymentFailed(Event, wire="payments.payment_failed.v1"):
    """`step` came to nothing: refused where it should not be, or its outcome stayed unknown until its
    deadline. What the provider may have done nevertheless is undone without being asked."""

    payment_id: UUID
    order_id: UUID
    amount: Money
    step: PaymentStep
    reason: str
    purpose: str = ORDER


class PayoutSent(Event, wire="payments.payout_sent.v1"):
    """The bank has been told to pay `amount`."""

    payout_id: UUID
    amount: Money
    purpose: str


class PayoutPaid(Event, wire="payments.payout_paid.v1"):
    """The bank has paid `amount`."""

    payout_id: UUID
    amount: Money
    purpose: str


class PayoutRejected(Event, wire="payments.payout_rejected.v1"):
    """The bank did not pay, or the money came back after PayoutPaid. It is not over: staff send it anew, or
    give it up. `reason` is the bank's code, or `staff`."""

    payout_id: UUID
    amount: Money
    purpose: str
    reason: str


class PayoutFailed(Event, wire="payments.payout_failed.v1"):
    """Given up: nothing was paid, or what was came back, and nothing ever will be under this id."""

    payout_id: UUID
    amount: Money
    purpose: str
    reason: str


class CollectionInvoiced(Event, wire="payments.collection_invoiced.v1"):
    """The payer has an invoice, due on `due_on` (ISO 8601)."""

    collection_id: UUID
    amount: Money
    purpose: str
    invoice: str
    due_on: str


class CollectionPaid(Event, wire="payments.collection_paid.v1"):
    """`amount` has come."""

    collection_id: UUID
    amount: Money
    purpose: str


class CollectionFailed(Event, wire="payments.collection_failed.v1"):
    """`amount` is written off: it will not come."""

    collection_id: UUID
    amount: Money
    purpose: str
    reason: str


class CardKept(Event, wire="payments.card_kept.v1"):
    """The customer pays by `method` from now on. `mark` is the same for the same card, whoever keeps it, and
    tells nothing of it; empty where the provider does not say."""

    customer_id: UUID
    method: str
    mark: str = ""


class CardRemoved(Event, wire="payments.card_removed.v1"):
    """`method` is kept no longer."""

    customer_id: UUID
    method: str
