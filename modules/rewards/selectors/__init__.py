"""What is known of points."""

from modules.rewards.selectors.totals import totals
from modules.rewards.selectors.wallets import hold_view, holds, holds_page, wallets

__all__ = ["hold_view", "holds", "holds_page", "totals", "wallets"]
