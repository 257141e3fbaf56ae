"""Tables of rewards."""

from modules.rewards.models.charity import Charity, Donation, SettlesBy, StandingOrder
from modules.rewards.models.ledger import PROGRAMME, STRIPES, Account, Entry, Hold, Lot, Refusal
from modules.rewards.models.settling import DonationReceipt, ReceiptSeries, SettlementBatch

__all__ = [
    "PROGRAMME",
    "STRIPES",
    "Account",
    "Charity",
    "Donation",
    "DonationReceipt",
    "Entry",
    "Hold",
    "Lot",
    "ReceiptSeries",
    "Refusal",
    "SettlementBatch",
    "SettlesBy",
    "StandingOrder",
]
