"""What ads refuses of staff and advertisers."""

from __future__ import annotations

from modules.ads.interface.errors import CampaignRefused
from tiffin.errors import DomainError
from tiffin.money import Money

__all__ = [
    "AdvertiserUnknown",
    "CampaignRefused",
]


class AdvertiserUnknown(DomainError, code="advertiser_unknown", status=404):
    """There is no such advertiser, or it is another's."""

    detail = "There is no advertiser {advertiser_id} of yours."
    advertiser_id: str


class CampaignUnknown(DomainError, code="ad_campaign_unknown", status=404):
    """There is no such campaign, or it is another's."""

    detail = "There is no campaign {campaign_id} of yours."
    campaign_id: str


class FlightUnknown(DomainError, code="ad_flight_unknown", status=404):
    """There is no such flight, or it is another's."""

    detail = "There is no flight {flight_id} of yours."
    flight_id: str


class CreativeUnknown(DomainError, code="ad_creative_unknown", status=404):
    """There is no such creative, or it is another's."""

    detail = "There is no creative {creative_id} of yours."
    creative_id: str


class BidBelowFloor(DomainError, code="ads_bid_below_floor", status=409):
    """A flight would be shown nowhere for so little."""

    detail = (
        "“{flight}” would be shown nowhere: at least {floor} is paid for {paid_for} there, and the bid is "
        "less. The bid of a draft can be raised."
    )
    flight: str
    floor: Money
    paid_for: str


class GoodsOnlyForAdults(DomainError, code="ads_goods_only_for_adults", status=409):
    """Nobody would see ads for these goods."""

    detail = (
        "Ads for {goods} are shown only to those who are known to be adults. Nobody is yet: nobody would see "
        "this campaign."
    )
    goods: str


class ChangedSinceSeen(DomainError, code="ads_changed_since_seen", status=409):
    """What is approved is what was looked at."""

    detail = (
        "It has been changed since you looked at it, or not been looked at: look at it now, then approve."
    )


class ReportTooLong(DomainError, code="ads_report_too_long", status=422):
    """More days than a report has, or none."""

    detail = "A report by the {grain} is of 1 to {most} days, the last not before the first."
    grain: str
    most: int


class ReasonMissing(DomainError, code="ads_reason_missing", status=422):
    """It needs a reason."""

    detail = "Say why: the advertiser reads it."
