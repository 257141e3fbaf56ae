"""Tables of rewards."""

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
    "Campaign",
    "CampaignKind",
    "Debtor",
    "Earning",
    "EarningRefund",
    "Entry",
    "ForgottenCustomer",
    "Hold",
    "Lot",
    "Member",
    "Refusal",
]
