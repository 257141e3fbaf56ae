"""Tables of rewards."""

from modules.rewards.models.ledger import STRIPES, Account, Entry, Hold, Lot, Refusal

__all__ = ["STRIPES", "Account", "Entry", "Hold", "Lot", "Refusal"]
