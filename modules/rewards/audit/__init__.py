"""What must always hold of points: of the ledger, and of what orders earn."""

from modules.rewards.audit.earning import earnings_are_their_entries, no_earning_is_overdue
from modules.rewards.audit.ledger import (
    no_hold_is_forgotten,
    programme_is_its_entries,
    wallets_are_their_entries,
)

__all__ = [
    "earnings_are_their_entries",
    "no_earning_is_overdue",
    "no_hold_is_forgotten",
    "programme_is_its_entries",
    "wallets_are_their_entries",
]
