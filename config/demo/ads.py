"""The demo's ads: some restaurants that pay for clicks, and the house."""

from __future__ import annotations

from datetime import UTC, datetime

from config.demo.places import Place
from modules.ads.interface import Ads, CampaignWish, Placement
from tiffin import clock
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money

RESTAURANTS_A_REGION = 4
# By region: the currency, what a click and what all of a campaign may cost (minor units), and what is said.
_TERMS = {
    "gb": ("GBP", 35, 20_000, {"": "{dish} for {price}"}, {"": "{cuisine} from {restaurant}"}),
    "pl": ("PLN", 150, 90_000, {"": "{dish} za {price}"}, {"": "{cuisine}, {restaurant}"}),
}
_HOUSE = {
    "gb": ({"": "Free delivery with Tiffin Plus"}, {"": "The first month costs nothing."}),
    "pl": ({"": "Tiffin Plus: darmowa dostawa"}, {"": "Pierwszy miesiąc za darmo."}),
}
_PLACEMENTS = (
    Placement.HOME_CAROUSEL,
    Placement.SEARCH_LISTING,
    Placement.TRACKING_PAGE,
    Placement.EMAIL,
)


def bring(restaurants: dict[str, Place]) -> None:
    """For this year and the next; brought again within the year they are the same."""
    for region, terms in _TERMS.items():
        places = [place for place in restaurants.values() if place.region == region]
        for place in places[:RESTAURANTS_A_REGION]:
            _restaurant(place, *terms)
        _house(region)


def _restaurant(
    place: Place, currency: str, bid: int, budget: int, headlines: dict[str, str], texts: dict[str, str]
) -> None:
    starts_at, ends_at = _dates()
    wish = CampaignWish(
        region=place.region,
        advertiser=place.slug.replace("-", " ").title(),
        restaurant_id=place.id,
        name="Demo",
        placements=_PLACEMENTS,
        headlines=headlines,
        texts=texts,
        bid=Money(amount=bid, currency=currency),
        budget=Money(amount=budget, currency=currency),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    call(Ads).advertise(key=CommandKey(f"demo:ad:{place.slug}:{starts_at:%Y}"), wish=wish)


def _house(region: str) -> None:
    starts_at, ends_at = _dates()
    headlines, texts = _HOUSE[region]
    wish = CampaignWish(
        region=region,
        advertiser="Tiffin",
        name="Demo",
        placements=(Placement.HOME_CAROUSEL, Placement.MENU_BANNER, Placement.EMAIL),
        headlines=headlines,
        texts=texts,
        landing="/account/membership/",
        starts_at=starts_at,
        ends_at=ends_at,
    )
    call(Ads).advertise(key=CommandKey(f"demo:ad:house:{region}:{starts_at:%Y}"), wish=wish)


def _dates() -> tuple[datetime, datetime]:
    year = clock.now().year
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
