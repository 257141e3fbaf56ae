"""What rewards does, a verb each."""

from modules.rewards.services.days import close_days, open_books, tend
from modules.rewards.services.funding import ask_again, bill_partners, record_bill
from modules.rewards.services.holds import hold, post_hold, restore_hold, void_hold
from modules.rewards.services.posting import post, post_many

__all__ = [
    "ask_again",
    "bill_partners",
    "close_days",
    "hold",
    "open_books",
    "post",
    "post_hold",
    "post_many",
    "record_bill",
    "restore_hold",
    "tend",
    "void_hold",
]
