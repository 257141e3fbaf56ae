"""Tables of payments."""

from modules.payments.models.books import Book, DayClose, Mismatch, MismatchState, What
from modules.payments.models.charges import BatchState, ChargeBatch
from modules.payments.models.collections import Collection
from modules.payments.models.disputes import Dispute
from modules.payments.models.methods import KeptMethod
from modules.payments.models.payment import (
    EntryKind,
    Payment,
    PaymentEntry,
    RefundRequest,
    RefundState,
    payment_of,
)
from modules.payments.models.payouts import BankAnswer, BankFile, PayeeAccount, Payout, payout_of
from modules.payments.models.provider import (
    NoticeState,
    ProviderNotice,
    ProviderOperation,
    ProviderReport,
    SandboxCharge,
)
from modules.payments.models.transfers import TransferEntry, TransferKind

__all__ = [
    "BankAnswer",
    "BankFile",
    "BatchState",
    "Book",
    "ChargeBatch",
    "Collection",
    "DayClose",
    "Dispute",
    "EntryKind",
    "KeptMethod",
    "Mismatch",
    "MismatchState",
    "NoticeState",
    "PayeeAccount",
    "Payment",
    "PaymentEntry",
    "Payout",
    "ProviderNotice",
    "ProviderOperation",
    "ProviderReport",
    "RefundRequest",
    "RefundState",
    "SandboxCharge",
    "TransferEntry",
    "TransferKind",
    "What",
    "payment_of",
    "payout_of",
]
