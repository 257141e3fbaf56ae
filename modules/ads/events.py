"""What ads tells the others. Who saw what is told by ids only, and of browsers only where they agreed to be
known."""

from __future__ import annotations

from uuid import UUID

from modules.ads.interface import AdvertiserKind, CampaignState, Placement
from tiffin.dto import DTO
from tiffin.log import Event


class CampaignChanged(Event, wire="ads.campaign_changed.v1"):
    """Anything about a campaign changed: its state, its flights, what it shows."""

    campaign_id: UUID
    advertiser_id: UUID
    advertiser_kind: AdvertiserKind
    state: CampaignState


class ShownAd(DTO):
    """An ad in a slot (0 is the first). `creative` is what its creative is called."""

    slot: int
    placement: Placement
    campaign_id: UUID
    flight_id: UUID
    creative_id: UUID
    advertiser_id: UUID


class AdsShown(Event, wire="ads.ads_shown.v1"):
    """Ads of one decision came before somebody's eyes, each for the first time. `viewer_id` is the customer,
    or the browser of a stranger (`is_customer` false); None where nobody is to be known."""

    decision_id: UUID
    viewer_id: UUID | None
    is_customer: bool
    ads: tuple[ShownAd, ...]


class AdClicked(Event, wire="ads.ad_clicked.v1"):
    """An ad was clicked for the first time, by whom seems to be a person."""

    decision_id: UUID
    viewer_id: UUID | None
    is_customer: bool
    ad: ShownAd
