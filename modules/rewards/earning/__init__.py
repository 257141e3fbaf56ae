"""What orders earn, as arithmetic: no database, no clock."""

from modules.rewards.earning.periods import day_of, end_of_day, first_end, next_end, window
from modules.rewards.earning.reckoning import BY_ITSELF, Delivery, Earned, Offer, Part, reckon, streak_begins
from modules.rewards.earning.shares import Share, back_until, lot_of, shares_of
from modules.rewards.earning.tiers import rank, reached, tier_after

__all__ = [
    "BY_ITSELF",
    "Delivery",
    "Earned",
    "Offer",
    "Part",
    "Share",
    "back_until",
    "day_of",
    "end_of_day",
    "first_end",
    "lot_of",
    "next_end",
    "rank",
    "reached",
    "reckon",
    "shares_of",
    "streak_begins",
    "tier_after",
    "window",
]
