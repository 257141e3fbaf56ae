"""Tables of rewards."""

from modules.rewards.models.desk import Adjustment, PointsSent, StandingChange, WalletStanding
from modules.rewards.models.figures import OutstandingFigure, PointsFigure
from modules.rewards.models.ledger import PROGRAMME, STRIPES, Account, Entry, Hold, Lot, Refusal

__all__ = [
    "PROGRAMME",
    "STRIPES",
    "Account",
    "Adjustment",
    "Entry",
    "Hold",
    "Lot",
    "OutstandingFigure",
    "PointsFigure",
    "PointsSent",
    "Refusal",
    "StandingChange",
    "WalletStanding",
]
