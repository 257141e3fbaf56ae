"""What is known of points."""

from modules.rewards.selectors.standing import account, find_standing, sending_view, unusable, worth
from modules.rewards.selectors.statement import lots, statement
from modules.rewards.selectors.wallets import hold_view, holds, holds_page, wallets

__all__ = [
    "account",
    "find_standing",
    "hold_view",
    "holds",
    "holds_page",
    "lots",
    "sending_view",
    "statement",
    "unusable",
    "wallets",
    "worth",
]
