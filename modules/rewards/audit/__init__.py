"""What must always hold of points: of the ledger, of what orders earn, and of the books."""

from modules.rewards.audit.books import bills_are_entered, days_of_points_tie
from modules.rewards.audit.earning import earnings_are_their_entries, no_earning_is_overdue
from modules.rewards.audit.ledger import (
    no_hold_is_forgotten,
    programme_is_its_entries,
    wallets_are_their_entries,
)

__all__ = [
    "bills_are_entered",
    "days_of_points_tie",
    "earnings_are_their_entries",
    "no_earning_is_overdue",
    "no_hold_is_forgotten",
    "programme_is_its_entries",
    "wallets_are_their_entries",
]
