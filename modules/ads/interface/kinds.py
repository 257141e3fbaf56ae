"""What campaigns and ads are made of."""

from __future__ import annotations

from tiffin.interfaces import OpenEnum


class Placement(OpenEnum):
    """A place on a page where ads stand."""

    HOME_CAROUSEL = "home_carousel"
    SEARCH_LISTING = "search_listing"
    CATEGORY_LISTING = "category_listing"
    MENU_BANNER = "menu_banner"
    TRACKING_PAGE = "tracking_page"
    EMAIL = "email"
    UNKNOWN = "unknown"


class AdvertiserKind(OpenEnum):
    """Who is behind an ad. What a charity and the house itself show costs nothing, and takes only places
    that nobody pays for."""

    RESTAURANT = "restaurant"
    BRAND = "brand"
    CHARITY = "charity"
    HOUSE = "house"
    UNKNOWN = "unknown"


class Pricing(OpenEnum):
    """What is paid for: a click, a thousand impressions, or an order that follows a click."""

    CPC = "cpc"
    CPM = "cpm"
    CPA = "cpa"
    UNKNOWN = "unknown"


class Objective(OpenEnum):
    """What a campaign is meant to bring."""

    AWARENESS = "awareness"
    TRAFFIC = "traffic"
    ORDERS = "orders"
    UNKNOWN = "unknown"


class Pacing(OpenEnum):
    """How a day's money is spent: over the day as people come, or as fast as it goes."""

    EVEN = "even"
    ASAP = "asap"
    UNKNOWN = "unknown"


class NoFill(OpenEnum):
    """Why a place stays empty. NOTHING_ELIGIBLE: there are ads, and none for this page and this person;
    NOT_READY: the server has only begun; NOT_AGREED: they want no ads in e-mails."""

    NOTHING_LIVE = "nothing_live"
    NOTHING_ELIGIBLE = "nothing_eligible"
    NOT_READY = "not_ready"
    NOT_AGREED = "not_agreed"
    UNKNOWN = "unknown"


class Why(OpenEnum):
    """Why somebody sees an ad, in the order in which it is told them."""

    SEARCHED = "searched"
    PAGE = "page"
    ORDERED_BEFORE = "ordered_before"
    NOT_FOR_LONG = "not_for_long"
    NEW_TO_YOU = "new_to_you"
    LIKES_CUISINE = "likes_cuisine"
    SEGMENT = "segment"
    MEMBER = "member"
    DELIVERS_HERE = "delivers_here"
    TIME_OF_DAY = "time_of_day"
    REGION = "region"
    UNKNOWN = "unknown"


class CampaignState(OpenEnum):
    """Where a campaign stands; only an approved one is shown, within its dates."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    APPROVED = "approved"
    PAUSED = "paused"
    ENDED = "ended"
    UNKNOWN = "unknown"
