"""Tables of rewards."""

from modules.rewards.models.books import Book, LiabilityDay, PartnerBill
from modules.rewards.models.earning import (
    Campaign,
    CampaignKind,
    Debtor,
    Earning,
    EarningRefund,
    ForgottenCustomer,
    Member,
)
from modules.rewards.models.ledger import PROGRAMME, STRIPES, Account, Entry, Hold, Lot, Refusal

__all__ = [
    "PROGRAMME",
    "STRIPES",
    "Account",
    "Book",
    "Campaign",
    "CampaignKind",
    "Debtor",
    "Earning",
    "EarningRefund",
    "Entry",
    "ForgottenCustomer",
    "Hold",
    "LiabilityDay",
    "Lot",
    "Member",
    "PartnerBill",
    "Refusal",
]
