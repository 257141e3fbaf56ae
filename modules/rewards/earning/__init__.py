"""What orders earn, as arithmetic: no database, no clock."""

from modules.rewards.earning.periods import day_of, end_of_day, first_end, next_end, window
from modules.rewards.earning.reckoning import Delivery, Earned, Offer, Part, reckon, streak_begins
from modules.rewards.earning.shares import Share, back_until, shares_of
from modules.rewards.earning.tiers import rank, reached, tier_after

__all__ = [
    "Delivery",
    "Earned",
    "Offer",
    "Part",
    "Share",
    "back_until",
    "day_of",
    "end_of_day",
    "first_end",
    "next_end",
    "rank",
    "reached",
    "reckon",
    "shares_of",
    "streak_begins",
    "tier_after",
    "window",
]
