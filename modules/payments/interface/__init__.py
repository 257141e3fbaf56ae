"""What payments offers: hold an order's money, take it, let it go, give it back.

Every command records the wish and answers at once with the payment as it stands; a job calls the provider
and an event of `events.py` reports what came of it. Money that leaves and comes in otherwise is in
`payouts.py`.
"""

from __future__ import annotations

from uuid import UUID

from modules.payments.interface.errors import (
    KeptMethodUnknown,
    MethodsNotKept,
    PaymentAmountInvalid,
    PaymentDiffers,
    PaymentMethodUnknown,
    PaymentStateConflict,
    PaymentUnknown,
    TooManyCharges,
    TooManyMethods,
)
from modules.payments.interface.payments import (
    DECLINED_FOR_GOOD,
    DECLINED_FOR_NOW,
    ORDER,
    CardEntry,
    Charge,
    KeptCardState,
    KeptCardView,
    LedgerKind,
    LedgerLine,
    Party,
    PaymentChoice,
    PaymentId,
    PaymentLedger,
    PaymentMethod,
    PaymentState,
    PaymentView,
    Share,
)
from modules.payments.interface.payouts import (
    BankAccount,
    BankAccountInvalid,
    BankAccountUnknown,
    CollectionDiffers,
    CollectionState,
    CollectionView,
    PartyKind,
    Payee,
    Payer,
    PayoutDiffers,
    PayoutsNotOffered,
    PayoutState,
    PayoutView,
    TransferAmountInvalid,
)
from tiffin.interfaces import CommandKey, Interface, command, query
from tiffin.money import Money

__all__ = [
    "DECLINED_FOR_GOOD",
    "DECLINED_FOR_NOW",
    "ORDER",
    "BankAccount",
    "BankAccountInvalid",
    "BankAccountUnknown",
    "CardEntry",
    "Charge",
    "CollectionDiffers",
    "CollectionState",
    "CollectionView",
    "KeptCardState",
    "KeptCardView",
    "KeptMethodUnknown",
    "LedgerKind",
    "LedgerLine",
    "MethodsNotKept",
    "Party",
    "PartyKind",
    "Payee",
    "Payer",
    "PaymentAmountInvalid",
    "PaymentChoice",
    "PaymentDiffers",
    "PaymentId",
    "PaymentLedger",
    "PaymentMethod",
    "PaymentMethodUnknown",
    "PaymentState",
    "PaymentStateConflict",
    "PaymentUnknown",
    "PaymentView",
    "Payments",
    "PayoutDiffers",
    "PayoutState",
    "PayoutView",
    "PayoutsNotOffered",
    "Share",
    "TooManyCharges",
    "TooManyMethods",
    "TransferAmountInvalid",
]


class Payments(Interface, module="payments", version=1):
    """The money of an order, through a payment provider; and other money, through the bank."""

    @command(timeout=2.0, errors=(PaymentMethodUnknown, PaymentAmountInvalid, PaymentDiffers))
    def authorise(
        self,
        *,
        key: CommandKey,
        order_id: UUID,
        customer_id: UUID,
        amount: Money,
        method: str,
        region: str,
        shares: tuple[Share, ...] = (),
    ) -> PaymentView:
        """Hold `amount` for the order, of which `shares` say whose it is; PaymentAmountInvalid when they do
        not sum to it. Reports PaymentAuthorised, PaymentActionRequired, PaymentDeclined or
        PaymentFailed."""
        ...

    @command(timeout=2.0, errors=(PaymentUnknown, PaymentAmountInvalid, PaymentStateConflict))
    def capture(
        self, *, key: CommandKey, payment_id: PaymentId, amount: Money, shares: tuple[Share, ...] = ()
    ) -> PaymentView:
        """Take `amount`, at most what is held; the rest is let go. Without `shares` it is everybody's in
        proportion to what is held for them. Reports PaymentCaptured or PaymentFailed."""
        ...

    @command(timeout=2.0, errors=(PaymentUnknown, PaymentStateConflict))
    def void(self, *, key: CommandKey, payment_id: PaymentId) -> PaymentView:
        """Let go of what is held, also when the answer to `authorise` is still out; while a capture is under
        way it is refunded as soon as it is through. Reports PaymentVoided (or PaymentRefunded)."""
        ...

    @command(timeout=2.0, errors=(PaymentUnknown, PaymentAmountInvalid, PaymentStateConflict))
    def refund(
        self,
        *,
        key: CommandKey,
        payment_id: PaymentId,
        amount: Money,
        reason: str,
        shares: tuple[Share, ...] = (),
    ) -> PaymentView:
        """Give back `amount`, together with earlier refunds at most what was captured; from whom say the
        `shares`, as far as they have so much left. Reports PaymentRefunded or PaymentFailed."""
        ...

    @command(timeout=4.0, errors=(PaymentAmountInvalid, PaymentDiffers, TooManyCharges))
    def charge_many(
        self, *, key: CommandKey, region: str, purpose: str, charges: list[Charge], present: bool = False
    ) -> None:
        """Take what these customers owe for `purpose`, a word of the caller's; at most 1,000 at a time, each
        once. Who is `present` can confirm at once what their bank asks, all others have the time that the
        region gives them. Reports of each PaymentCaptured, or PaymentActionRequired, PaymentDeclined or
        PaymentFailed; its `order_id` is the charge's."""
        ...

    @query(timeout=0.5)
    def get_many(self, *, payment_ids: list[PaymentId]) -> list[PaymentView]:
        """Those of `payment_ids` that exist, in no particular order."""
        ...

    @query(timeout=0.5)
    def for_orders(self, *, order_ids: list[UUID]) -> list[PaymentView]:
        """The payments of those of `order_ids` that have one."""
        ...

    @query(timeout=3.0)
    def page(self, *, after: PaymentId | None = None, size: int = 200) -> list[PaymentView]:
        """Every payment by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=3.0)
    def ledger(self, *, after: PaymentId | None = None, size: int = 200) -> list[PaymentLedger]:
        """What the ledger says of every payment by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=0.3)
    def methods(self, *, region: str) -> list[PaymentMethod]:
        """What a customer in `region` may pay with, the most usual first."""
        ...

    @query(timeout=0.5)
    def choice(self, *, region: str, customer_id: UUID) -> PaymentChoice:
        """All that this customer may pay with in `region`."""
        ...

    @query(timeout=0.5)
    def kept_cards(self, *, customer_id: UUID) -> list[KeptCardView]:
        """The customer's cards that are kept, or about to be, the newest first."""
        ...

    @command(timeout=2.0, errors=(MethodsNotKept, TooManyMethods))
    def keep_card(self, *, key: CommandKey, customer_id: UUID, region: str) -> KeptCardView:
        """Prepare for a card that the customer is going to enter; it is WAITING a moment later."""
        ...

    @command(timeout=2.0, errors=(KeptMethodUnknown,))
    def card_entered(self, *, key: CommandKey, customer_id: UUID, card_id: UUID) -> None:
        """The customer has entered the card: ask the provider at once. It is KEPT a moment later."""
        ...

    @command(timeout=2.0, errors=(KeptMethodUnknown,))
    def remove_card(self, *, key: CommandKey, customer_id: UUID, card_id: UUID) -> None:
        """Keep the card no longer; it cannot be paid with from now on."""
        ...

    @command(timeout=2.0, errors=(BankAccountInvalid,))
    def keep_payee(self, *, key: CommandKey, payee: Payee) -> None:
        """Know the payee's bank account from now on: what is not in a file yet goes there."""
        ...

    @command(
        timeout=2.0,
        errors=(
            TransferAmountInvalid,
            BankAccountInvalid,
            BankAccountUnknown,
            PayoutsNotOffered,
            PayoutDiffers,
        ),
    )
    def pay_out(
        self,
        *,
        key: CommandKey,
        payout_id: UUID,
        payee: Payee,
        amount: Money,
        region: str,
        purpose: str,
        reference: str,
    ) -> PayoutView:
        """Pay `amount` with the next bank file of the region; once for a `payout_id`, however often asked.
        `purpose` is a word of the caller's, `reference` is what the payee reads on their statement (at most
        140 characters). Reports PayoutSent, then PayoutPaid or PayoutRejected, and at last, of what is given
        up, PayoutFailed."""
        ...

    @command(timeout=2.0, errors=(TransferAmountInvalid, PayoutsNotOffered, CollectionDiffers))
    def collect(
        self,
        *,
        key: CommandKey,
        collection_id: UUID,
        payer: Payer,
        amount: Money,
        region: str,
        purpose: str,
        reference: str,
        due_days: int = 14,
    ) -> CollectionView:
        """Have `amount` invoiced, due `due_days` after that; once for a `collection_id`. Reports
        CollectionInvoiced, then CollectionPaid or, of what is written off, CollectionFailed."""
        ...

    @query(timeout=0.5)
    def payouts(self, *, payout_ids: list[UUID]) -> list[PayoutView]:
        """Those of `payout_ids` that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def payouts_page(self, *, after: UUID | None = None, size: int = 200) -> list[PayoutView]:
        """Every payout by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=0.5)
    def collections(self, *, collection_ids: list[UUID]) -> list[CollectionView]:
        """Those of `collection_ids` that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def collections_page(self, *, after: UUID | None = None, size: int = 200) -> list[CollectionView]:
        """Every collection by id, at most 200 from `after` on. Empty after the last."""
        ...
