"""What must always hold of points: of the ledger, and of what is given to charities."""

from modules.rewards.audit.charity import batches_are_their_entries, payable_is_what_was_given
from modules.rewards.audit.ledger import (
    no_hold_is_forgotten,
    programme_is_its_entries,
    wallets_are_their_entries,
)

__all__ = [
    "batches_are_their_entries",
    "no_hold_is_forgotten",
    "payable_is_what_was_given",
    "programme_is_its_entries",
    "wallets_are_their_entries",
]
