"""Payments as others see them: what is held, taken and given back for an order, and what it is paid with."""

from __future__ import annotations

from typing import NewType
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

PaymentId = NewType("PaymentId", UUID)


# The purpose of what is not a charge.
ORDER = "order"

# Why a card was declined, as far as anybody may know: it will never be taken, or may be another day. Any
# other reason is the provider's own code.
DECLINED_FOR_GOOD = "card_declined_for_good"
DECLINED_FOR_NOW = "card_declined_for_now"


class PaymentState(OpenEnum):
    """Where a payment stands; which may follow which is the table in `states.py`."""

    PENDING = "pending"
    AUTHORISING = "authorising"
    REQUIRES_ACTION = "requires_action"
    AUTHORISED = "authorised"
    CAPTURING = "capturing"
    CAPTURED = "captured"
    REFUNDING = "refunding"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDING = "voiding"
    VOIDED = "voided"
    DECLINED = "declined"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Party(OpenEnum):
    """Whose money is, and who owes the tax in it."""

    RESTAURANT = "restaurant"
    PLATFORM = "platform"
    COURIER = "courier"
    CHARITY = "charity"
    UNKNOWN = "unknown"


class Share(DTO):
    """What of an amount is a party's: what it sells for itself, and the tax that it owes. Shares of an amount
    sum to it; under UNKNOWN stands what nobody told us about."""

    party: Party
    sale: Money
    tax: Money


class Charge(DTO):
    """What a customer owes without an order: held and taken at once, and once for a `charge_id`, which is the
    caller's. `shares` say whose it is."""

    charge_id: UUID
    customer_id: UUID
    amount: Money
    method: str
    shares: tuple[Share, ...] = ()


class PaymentView(DTO):
    """A payment as others see it. The sums are what the provider confirmed, never what was wished. Of a
    charge, `order_id` is its caller's id, and `purpose` its caller's word; that of an order is `order`.

    `action_url` is where the customer must go while the state is `requires_action`; `reason` says why a
    payment was declined or failed, empty otherwise.
    """

    id: PaymentId
    order_id: UUID
    customer_id: UUID
    region: str
    state: PaymentState
    method: str
    amount: Money
    authorised: Money
    captured: Money
    voided: Money
    refunded: Money
    action_url: str | None = None
    reason: str = ""
    charged_back: Money | None = None
    purpose: str = ORDER


class LedgerKind(OpenEnum):
    """What the provider confirmed. CHARGED_BACK is what the customer's bank took from us, RECOVERED what of
    that it gave back."""

    AUTHORISED = "authorised"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    RECOVERED = "recovered"
    UNKNOWN = "unknown"


class LedgerLine(DTO):
    """All of one kind that the provider confirmed of a payment, and whose it is."""

    kind: LedgerKind
    amount: Money
    shares: tuple[Share, ...]


class PaymentLedger(DTO):
    """What the ledger says of a payment. Nothing is awaited of one that is `at_rest`; `open` says what does
    not close then, in words: nothing may stay held, and no party give back more than was taken for it."""

    id: PaymentId
    order_id: UUID
    region: str
    at_rest: bool
    lines: tuple[LedgerLine, ...]
    open: tuple[str, ...] = ()
    purpose: str = ORDER


class PaymentMethod(DTO):
    """A way to pay that a customer may choose. `method` is what `authorise` takes."""

    method: str
    title: str
    hint: str


class CardEntry(DTO):
    """How a new card is entered: in the provider's own component in the customer's browser, so that its
    number never comes to us. `component` says which, `script` is the address of the provider's library and
    `public_key` what that is started with; a page with it must let it load further `scripts`, connect to the
    sources `connects` and show the `frames`. What comes of it is what `authorise` takes as its method."""

    component: str
    script: str
    public_key: str
    connects: tuple[str, ...] = ()
    frames: tuple[str, ...] = ()
    keeps: bool = False
    scripts: tuple[str, ...] = ()


class PaymentChoice(DTO):
    """What a customer may pay with in a region: their own kept cards, what everybody may use there, and a new
    card, if `card_entry` says how it is entered."""

    kept: tuple[PaymentMethod, ...]
    methods: tuple[PaymentMethod, ...]
    card_entry: CardEntry | None = None


class KeptCardState(OpenEnum):
    """How far a customer's wish to keep a card has come: WAITING is for them to enter it."""

    PREPARING = "preparing"
    WAITING = "waiting"
    KEPT = "kept"
    REMOVING = "removing"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class KeptCardView(DTO):
    """A customer's card that is kept at the provider, or about to be. `method` is what `authorise` takes,
    once it is kept; `secret` lets their browser enter it while it is waiting. `expires` is MM/YYYY."""

    id: UUID
    region: str
    state: KeptCardState
    method: str = ""
    brand: str = ""
    last4: str = ""
    expires: str = ""
    secret: str = ""
