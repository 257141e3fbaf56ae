"""Tables of payments."""

from modules.payments.models.books import Book, DayClose, Mismatch, MismatchState, What
from modules.payments.models.payment import (
    EntryKind,
    IllegalTransition,
    Payment,
    PaymentEntry,
    RefundRequest,
    RefundState,
    SandboxCharge,
    payment_of,
)

__all__ = [
    "Book",
    "DayClose",
    "EntryKind",
    "IllegalTransition",
    "Mismatch",
    "MismatchState",
    "Payment",
    "PaymentEntry",
    "RefundRequest",
    "RefundState",
    "SandboxCharge",
    "What",
    "payment_of",
]
