"""Tables of payments."""

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
    "EntryKind",
    "IllegalTransition",
    "Payment",
    "PaymentEntry",
    "RefundRequest",
    "RefundState",
    "SandboxCharge",
    "payment_of",
]
