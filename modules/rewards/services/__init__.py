"""What rewards does, a verb each."""

from modules.rewards.services.days import close_days, open_books, tend
from modules.rewards.services.donation_receipts import write_donation_receipts
from modules.rewards.services.funding import ask_again, bill_partners, record_bill
from modules.rewards.services.giving import collect, donate, take_back
from modules.rewards.services.holds import hold, post_hold, restore_hold, void_hold
from modules.rewards.services.posting import post, post_many
from modules.rewards.services.standing_orders import (
    change_standing_order,
    give_monthly,
    give_what_is_due,
    stop_all_of,
)

__all__ = [
    "ask_again",
    "bill_partners",
    "change_standing_order",
    "close_days",
    "collect",
    "donate",
    "give_monthly",
    "give_what_is_due",
    "hold",
    "open_books",
    "post",
    "post_hold",
    "post_many",
    "record_bill",
    "restore_hold",
    "stop_all_of",
    "take_back",
    "tend",
    "void_hold",
    "write_donation_receipts",
]
