"""Tables of rewards."""

from modules.rewards.models.books import Book, LiabilityDay, PartnerBill
from modules.rewards.models.charity import Charity, Donation, SettlesBy, StandingOrder
from modules.rewards.models.desk import Adjustment, PointsSent, StandingChange, WalletStanding
from modules.rewards.models.earning import (
    Campaign,
    CampaignKind,
    Debtor,
    Earning,
    EarningRefund,
    ForgottenCustomer,
    Member,
)
from modules.rewards.models.figures import OutstandingFigure, PointsFigure
from modules.rewards.models.ledger import PROGRAMME, STRIPES, Account, Entry, Hold, Lot, Refusal
from modules.rewards.models.settling import DonationReceipt, ReceiptSeries, SettlementBatch

__all__ = [
    "PROGRAMME",
    "STRIPES",
    "Account",
    "Adjustment",
    "Book",
    "Campaign",
    "CampaignKind",
    "Charity",
    "Debtor",
    "Donation",
    "DonationReceipt",
    "Earning",
    "EarningRefund",
    "Entry",
    "ForgottenCustomer",
    "Hold",
    "LiabilityDay",
    "Lot",
    "Member",
    "OutstandingFigure",
    "PartnerBill",
    "PointsFigure",
    "PointsSent",
    "ReceiptSeries",
    "Refusal",
    "SettlementBatch",
    "SettlesBy",
    "StandingChange",
    "StandingOrder",
    "WalletStanding",
]
