"""Tables of rewards."""

from modules.rewards.models.books import Book, LiabilityDay, PartnerBill
from modules.rewards.models.ledger import PROGRAMME, STRIPES, Account, Entry, Hold, Lot, Refusal

__all__ = [
    "PROGRAMME",
    "STRIPES",
    "Account",
    "Book",
    "Entry",
    "Hold",
    "LiabilityDay",
    "Lot",
    "PartnerBill",
    "Refusal",
]
