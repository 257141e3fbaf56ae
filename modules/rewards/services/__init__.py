"""What rewards does, a verb each."""

from modules.rewards.services.adjusting import adjust, approve_adjustment, refuse_adjustment
from modules.rewards.services.charities import introduce_charity, keep_charity
from modules.rewards.services.days import close_days, open_books, tend
from modules.rewards.services.donation_receipts import write_donation_receipts
from modules.rewards.services.funding import ask_again, bill_partners, record_bill
from modules.rewards.services.giving import donate, give_with_orders, preview_donation
from modules.rewards.services.holds import hold, post_hold, restore_hold, void_hold
from modules.rewards.services.posting import post, post_many
from modules.rewards.services.sending import preview_sending, send
from modules.rewards.services.settled import (
    begin_paying,
    begin_sending,
    record_answer,
    record_no_payout,
    record_payout,
    record_payout_failed,
    record_payout_paid,
    record_payout_rejected,
    record_silence,
    record_unpayable,
    say_it_arrived,
    say_it_came_back,
    stand_still,
    try_again,
)
from modules.rewards.services.settling import gather, give_back, open_due_batches, settle_now
from modules.rewards.services.standing import (
    code_of,
    decide_review,
    require_good_standing,
    review_wallet,
)
from modules.rewards.services.standing_orders import (
    change_standing_order,
    give_monthly,
    give_what_is_due,
    stop_all_of,
)

__all__ = [
    "adjust",
    "approve_adjustment",
    "ask_again",
    "begin_paying",
    "begin_sending",
    "bill_partners",
    "change_standing_order",
    "close_days",
    "code_of",
    "decide_review",
    "donate",
    "gather",
    "give_back",
    "give_monthly",
    "give_what_is_due",
    "give_with_orders",
    "hold",
    "introduce_charity",
    "keep_charity",
    "open_books",
    "open_due_batches",
    "post",
    "post_hold",
    "post_many",
    "preview_donation",
    "preview_sending",
    "record_answer",
    "record_bill",
    "record_no_payout",
    "record_payout",
    "record_payout_failed",
    "record_payout_paid",
    "record_payout_rejected",
    "record_silence",
    "record_unpayable",
    "refuse_adjustment",
    "require_good_standing",
    "restore_hold",
    "review_wallet",
    "say_it_arrived",
    "say_it_came_back",
    "send",
    "settle_now",
    "stand_still",
    "stop_all_of",
    "tend",
    "try_again",
    "void_hold",
    "write_donation_receipts",
]
