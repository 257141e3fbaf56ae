"""What must always hold of points: of the ledger, what orders earn, the books, what charities get, and what
customers send."""

from modules.rewards.audit.books import bills_are_entered, days_of_points_tie
from modules.rewards.audit.charity import batches_are_their_entries, payable_is_what_was_given
from modules.rewards.audit.earning import (
    earnings_are_their_entries,
    no_earning_is_overdue,
    whoever_owes_is_a_debtor,
)
from modules.rewards.audit.ledger import (
    no_hold_is_forgotten,
    programme_is_its_entries,
    wallets_are_their_entries,
)
from modules.rewards.audit.sending import held_sendings_are_held

__all__ = [
    "batches_are_their_entries",
    "bills_are_entered",
    "days_of_points_tie",
    "earnings_are_their_entries",
    "held_sendings_are_held",
    "no_earning_is_overdue",
    "no_hold_is_forgotten",
    "payable_is_what_was_given",
    "programme_is_its_entries",
    "wallets_are_their_entries",
    "whoever_owes_is_a_debtor",
]
