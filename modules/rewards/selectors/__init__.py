"""What is known of points."""

from modules.rewards.selectors.campaigns import campaigns
from modules.rewards.selectors.funding import bills, bills_page
from modules.rewards.selectors.giving import (
    cause,
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
from modules.rewards.selectors.sendings import sending_view, sendings
from modules.rewards.selectors.settling import settlements, settlements_page
from modules.rewards.selectors.standing import account, find_standing, worth
from modules.rewards.selectors.statement import lots, statement
from modules.rewards.selectors.tiers import programme
from modules.rewards.selectors.totals import totals
from modules.rewards.selectors.wallets import hold_view, holds, holds_page, no_hold, stopped_wallets, wallets

__all__ = [
    "account",
    "bills",
    "bills_page",
    "campaigns",
    "cause",
    "causes",
    "donation_receipt",
    "donation_view",
    "donations",
    "find_standing",
    "hold_view",
    "holds",
    "holds_page",
    "lots",
    "lying",
    "no_hold",
    "programme",
    "sending_view",
    "sendings",
    "settlements",
    "settlements_page",
    "standing_order_view",
    "standing_orders",
    "state_of",
    "statement",
    "stopped_wallets",
    "totals",
    "wallets",
    "worth",
    "year_of_giving",
]
