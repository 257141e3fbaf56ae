"""Tables of payments."""

from modules.payments.models.books import Book, DayClose, Mismatch, MismatchState, What
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
from modules.payments.models.provider import (
    NoticeState,
    ProviderNotice,
    ProviderOperation,
    ProviderReport,
    SandboxCharge,
)

__all__ = [
    "Book",
    "DayClose",
    "Dispute",
    "EntryKind",
    "KeptMethod",
    "Mismatch",
    "MismatchState",
    "NoticeState",
    "Payment",
    "PaymentEntry",
    "ProviderNotice",
    "ProviderOperation",
    "ProviderReport",
    "RefundRequest",
    "RefundState",
    "SandboxCharge",
    "What",
    "payment_of",
]
