"""The tables of ads."""

from modules.ads.models.accounts import (
    AccountKind,
    AdEvent,
    CampaignDay,
    Display,
    EventKind,
    Posting,
    Reservation,
    Verdict,
)
from modules.ads.models.bills import Bill
from modules.ads.models.campaigns import Advertiser, Campaign, Creative, Flight, choices
from modules.ads.models.decisions import (
    Arm,
    Calibration,
    DecisionRecord,
    Figure,
    Fill,
    LearnedTo,
    Unfilled,
    Weight,
)
from modules.ads.models.holdouts import ExposedOrder, Exposure, Lift
from modules.ads.models.known import KnownDishes, KnownRestaurant, KnownUnavailable
from modules.ads.models.viewers import Forgotten, Seen, Viewer

__all__ = [
    "AccountKind",
    "AdEvent",
    "Advertiser",
    "Arm",
    "Bill",
    "Calibration",
    "Campaign",
    "CampaignDay",
    "Creative",
    "DecisionRecord",
    "Display",
    "EventKind",
    "ExposedOrder",
    "Exposure",
    "Figure",
    "Fill",
    "Flight",
    "Forgotten",
    "KnownDishes",
    "KnownRestaurant",
    "KnownUnavailable",
    "LearnedTo",
    "Lift",
    "Posting",
    "Reservation",
    "Seen",
    "Unfilled",
    "Verdict",
    "Viewer",
    "Weight",
    "choices",
]
