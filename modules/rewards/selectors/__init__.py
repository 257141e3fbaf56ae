"""What is known of points."""

from modules.rewards.selectors.giving import (
    causes,
    donation_view,
    donations,
    lying,
    standing_order_view,
    standing_orders,
    state_of,
    year_of_giving,
)
from modules.rewards.selectors.receipts import donation_receipt
from modules.rewards.selectors.wallets import hold_view, holds, holds_page, wallets

__all__ = [
    "causes",
    "donation_receipt",
    "donation_view",
    "donations",
    "hold_view",
    "holds",
    "holds_page",
    "lying",
    "standing_order_view",
    "standing_orders",
    "state_of",
    "wallets",
    "year_of_giving",
]
from modules.rewards.selectors.totals import totals

__all__ = ["hold_view", "holds", "holds_page", "totals", "wallets"]
