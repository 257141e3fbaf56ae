"""What happens to a payment: what others wish, what the provider answers, and what time brings."""

from modules.payments.services.answers import (
    record_authorisation,
    record_capture,
    record_refund,
    record_void,
)
from modules.payments.services.books import close_days, holders_of, open_books, reconcile, tend
from modules.payments.services.doubts import (
    ask_again,
    let_authorisation_expire,
    open_question,
    record_provider_notification,
    settle,
)
from modules.payments.services.mending import look_again
from modules.payments.services.mismatches import ask_provider_again, resolve_mismatch, stand
from modules.payments.services.notices import ask_to_process, process, process_again, receive_stripe
from modules.payments.services.returns import come_back
from modules.payments.services.wishes import authorise, begin_authorising, capture, refund, void

__all__ = [
    "ask_again",
    "ask_provider_again",
    "ask_to_process",
    "authorise",
    "begin_authorising",
    "capture",
    "close_days",
    "come_back",
    "holders_of",
    "let_authorisation_expire",
    "look_again",
    "open_books",
    "open_question",
    "process",
    "process_again",
    "receive_stripe",
    "reconcile",
    "record_authorisation",
    "record_capture",
    "record_provider_notification",
    "record_refund",
    "record_void",
    "refund",
    "resolve_mismatch",
    "settle",
    "stand",
    "tend",
    "void",
]
