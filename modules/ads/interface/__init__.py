"""Ads for pages: which to show, to whom by what they do, and what advertisers are billed."""

from __future__ import annotations

from uuid import UUID

from modules.ads.interface.bills import ADS_PURPOSE, AdBillState, AdBillView
from modules.ads.interface.deciding import Ad, AdConsent, Decision, Filled, PageView, Place, Point
from modules.ads.interface.errors import CampaignRefused, OfferInvalid, TooManySlots
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
from modules.ads.interface.wishes import CampaignWish
from tiffin.interfaces import CommandKey, Interface, command, query
from tiffin.regions import UnknownRegion

__all__ = [
    "ADS_PURPOSE",
    "Ad",
    "AdBillState",
    "AdBillView",
    "AdConsent",
    "Ads",
    "AdvertiserKind",
    "CampaignRefused",
    "CampaignState",
    "CampaignWish",
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
    """Which ads stand where, and what their advertisers owe."""

    @query(timeout=0.25, errors=(TooManySlots, UnknownRegion))
    def decide(self, *, view: PageView, places: list[Place]) -> Decision:
        """The ads for these places of one page: nobody is in two of them. It changes nothing that is billed:
        an ad counts when the page says that it was shown, or when it is clicked."""
        ...

    @command(timeout=2.0, errors=(CampaignRefused, UnknownRegion))
    def advertise(self, *, key: CommandKey, wish: CampaignWish) -> UUID:
        """A campaign that is shown within its dates; its id. Whoever asks has looked at it, as staff do."""
        ...

    @command(timeout=1.0)
    def mailed(self, *, key: CommandKey, tokens: list[str]) -> None:
        """An e-mail with these ads was handed over: each counts as shown, once."""
        ...

    @query(timeout=0.3)
    def consent(self, *, customer_id: UUID) -> AdConsent:
        """What this customer agreed to."""
        ...

    @command(timeout=1.0)
    def agree(self, *, key: CommandKey, customer_id: UUID, consent: AdConsent) -> None:
        """From now on that is what they agree to. Whoever wants no personal ads any more is forgotten."""
        ...

    @command(timeout=1.0)
    def end_emails(self, *, key: CommandKey, customer_id: UUID) -> None:
        """This customer wants no ads in e-mails any more."""
        ...

    @query(timeout=0.5)
    def bills(self, *, bill_ids: list[UUID]) -> list[AdBillView]:
        """Those of the advertisers' bills that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def bills_page(self, *, after: UUID | None = None, size: int = 200) -> list[AdBillView]:
        """Every bill of an advertiser by id, at most 200 from `after` on. Empty after the last."""
        ...
