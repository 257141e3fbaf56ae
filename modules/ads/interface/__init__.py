"""Ads for pages: which to show, and that they were shown."""

from __future__ import annotations

from modules.ads.interface.deciding import Ad, Decision, Filled, PageView, Place, Point
from modules.ads.interface.errors import OfferInvalid, TooManySlots
from modules.ads.interface.kinds import (
    AdvertiserKind,
    CampaignState,
    NoFill,
    Objective,
    Pacing,
    Placement,
    Pricing,
    Why,
)
from tiffin.interfaces import Interface, query
from tiffin.regions import UnknownRegion

__all__ = [
    "Ad",
    "Ads",
    "AdvertiserKind",
    "CampaignState",
    "Decision",
    "Filled",
    "NoFill",
    "Objective",
    "OfferInvalid",
    "Pacing",
    "PageView",
    "Place",
    "Placement",
    "Point",
    "Pricing",
    "TooManySlots",
    "Why",
]

MOST_SLOTS = 20


class Ads(Interface, module="ads", version=1):
    """Which ads stand where."""

    @query(timeout=0.25, errors=(TooManySlots, UnknownRegion))
    def decide(self, *, view: PageView, places: list[Place]) -> Decision:
        """The ads for these places of one page: nobody is in two of them. It changes nothing that is billed:
        an ad counts when the page says that it was shown, or when it is clicked."""
        ...
