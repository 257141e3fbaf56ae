"""What rewards does, a verb each."""

from modules.rewards.services.donation_receipts import write_donation_receipts
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
    "change_standing_order",
    "collect",
    "donate",
    "give_monthly",
    "give_what_is_due",
    "hold",
    "post",
    "post_hold",
    "post_many",
    "restore_hold",
    "stop_all_of",
    "take_back",
    "void_hold",
    "write_donation_receipts",
]
