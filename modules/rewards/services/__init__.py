"""What rewards does, a verb each."""

from modules.rewards.services.adjusting import adjust, approve_adjustment, refuse_adjustment
from modules.rewards.services.days import close_days, open_books, tend
from modules.rewards.services.funding import ask_again, bill_partners, record_bill
from modules.rewards.services.holds import hold, post_hold, restore_hold, void_hold
from modules.rewards.services.posting import post, post_many
from modules.rewards.services.sending import preview_sending, send
from modules.rewards.services.standing import (
    code_of,
    decide_review,
    require_good_standing,
    review_wallet,
)

__all__ = [
    "adjust",
    "approve_adjustment",
    "ask_again",
    "bill_partners",
    "close_days",
    "code_of",
    "decide_review",
    "hold",
    "open_books",
    "post",
    "post_hold",
    "post_many",
    "preview_sending",
    "record_bill",
    "refuse_adjustment",
    "require_good_standing",
    "restore_hold",
    "review_wallet",
    "send",
    "tend",
    "void_hold",
]
