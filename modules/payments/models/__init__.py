"""Tables of payments."""

from modules.payments.models.payment import (
    EntryKind,
    IllegalTransition,
    Payment,
    PaymentEntry,
    RefundRequest,
    RefundState,
    payment_of,
)
from modules.payments.models.provider import NoticeState, ProviderNotice, ProviderOperation, SandboxCharge

__all__ = [
    "EntryKind",
    "IllegalTransition",
    "NoticeState",
    "Payment",
    "PaymentEntry",
    "ProviderNotice",
    "ProviderOperation",
    "RefundRequest",
    "RefundState",
    "SandboxCharge",
    "payment_of",
]
