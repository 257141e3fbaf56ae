"""Money that leaves and comes in other than by an order."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import OpenEnum
from tiffin.money import Money


class PartyKind(OpenEnum):
    """Who gets a payout, or owes a collection. A PROVIDER pays others in our name, as Goodstack does."""

    CHARITY = "charity"
    PROVIDER = "provider"
    RESTAURANT = "restaurant"
    PARTNER = "partner"
    UNKNOWN = "unknown"


class BankAccount(DTO):
    """Where money goes: an IBAN (ISO 13616), with the bank's BIC (ISO 9362) where that is known, or a UK sort
    code and account number. Spaces and hyphens do not matter."""

    iban: str = ""
    bic: str = ""
    sort_code: str = ""
    account_number: str = ""


class Payee(DTO):
    """Who gets a payout. Without `account` it is the one that `keep_payee` or an earlier payout told; `name`
    is the one on the account, and stands in the transfer."""

    kind: PartyKind
    id: UUID
    name: str
    account: BankAccount | None = None


class Payer(DTO):
    """Who owes a collection."""

    kind: PartyKind
    id: UUID
    name: str


class PayoutState(OpenEnum):
    """Where a payout stands. REJECTED is for staff: they send it again, or it has FAILED for ever."""

    WANTED = "wanted"
    BATCHED = "batched"
    SENT = "sent"
    PAID = "paid"
    REJECTED = "rejected"
    FAILED = "failed"
    UNKNOWN = "unknown"


class PayoutView(DTO):
    """A payout as others see it. `reason` says why it was rejected or failed: the bank's code (ISO 20022,
    external status reasons), or `staff`; or why it cannot go and stays wanted, in words."""

    id: UUID
    region: str
    payee_kind: PartyKind
    payee_id: UUID
    amount: Money
    purpose: str
    reference: str
    state: PayoutState
    reason: str = ""


class CollectionState(OpenEnum):
    """Where a collection stands. What is OVERDUE is still owed."""

    WANTED = "wanted"
    INVOICED = "invoiced"
    OVERDUE = "overdue"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CollectionView(DTO):
    """A collection as others see it: from WANTED on it gets its `invoice` number and the day it is due."""

    id: UUID
    region: str
    payer_kind: PartyKind
    payer_id: UUID
    amount: Money
    purpose: str
    reference: str
    state: CollectionState
    invoice: str = ""
    due_on: date | None = None
    reason: str = ""


class TransferAmountInvalid(DomainError, code="transfer_amount_invalid", status=422):
    """The amount cannot be paid out or collected there."""

    detail = "{amount} cannot be moved in {region}: it must be more than nothing, in {currency}."
    amount: Money
    region: str
    currency: str


class BankAccountInvalid(DomainError, code="bank_account_invalid", status=422):
    """The bank account cannot be right."""

    detail = "The {field} cannot be right: {why}."
    field: str
    why: str


class BankAccountUnknown(DomainError, code="bank_account_unknown", status=409):
    """Nobody has told which bank account the payee has."""

    detail = "No bank account of {kind} {payee_id} is known; tell it once."
    kind: str
    payee_id: UUID


class PayoutsNotOffered(DomainError, code="payouts_not_offered", status=409):
    """The region has no account to pay from, or collect to."""

    detail = "{region} has no account for this: its file says none in payouts.account."
    region: str


class PayoutDiffers(DomainError, code="payout_differs", status=409):
    """There is such a payout already, on other terms."""

    detail = "Payout {payout_id} is over {amount}, on other terms; it is paid once."
    payout_id: UUID
    amount: Money


class CollectionDiffers(DomainError, code="collection_differs", status=409):
    """There is such a collection already, on other terms."""

    detail = "Collection {collection_id} is over {amount}, on other terms; it is collected once."
    collection_id: UUID
    amount: Money
