"""What campaigns, flights and creatives must be like, whoever writes them."""

from __future__ import annotations

from collections.abc import Iterable
from math import cos, radians
from typing import Any

import shapely
from django.core.exceptions import ValidationError

from modules.ads.engine.cells import cells_of
from modules.ads.engine.filling import ADDRESS, is_own_path, unknown_placeholders
from modules.ads.errors import BidBelowFloor, GoodsOnlyForAdults
from modules.ads.interface import AdvertiserKind, Placement, Pricing
from modules.ads.kinds import ONLY_FOR_ADULTS
from modules.ads.models import Campaign, Creative, Flight
from modules.ads.policies import floors, minor
from tiffin import clock, regions
from tiffin.money import Money

LONGEST_HEADLINE, LONGEST_TEXT = 80, 200
# Square kilometres of a zone, so that what is reported of it is not of one household.
LEAST_ZONE = 1.0
# Of a degree of latitude, on a sphere with the Earth's mean radius (6,371 km, IUGG).
DEGREE_KM = radians(6_371)
FREE = frozenset({AdvertiserKind.CHARITY, AdvertiserKind.HOUSE})
_PAID_FOR = {Pricing.CPC: "a click", Pricing.CPM: "a thousand impressions", Pricing.CPA: "an order"}


def check_terms(campaign: Campaign) -> None:
    """Raises ValidationError."""
    campaign.full_clean(validate_constraints=False)
    wrong: dict[str, str] = {}
    is_free = campaign.advertiser.kind in FREE
    if is_free and (campaign.bid or campaign.budget):
        wrong["bid"] = "The house and charities pay nothing: no bid, and no budget."
    if not is_free and campaign.bid <= 0:
        wrong["bid"] = "Say what is paid at most."
    once = campaign.bid // 1000 if campaign.pricing is Pricing.CPM else campaign.bid
    if not is_free and campaign.budget < max(once, 1):
        wrong["budget"] = "It must suffice for what is paid for once."
    if campaign.daily_cap is not None and campaign.daily_cap > campaign.budget:
        wrong["daily_cap"] = "It is more than the whole budget."
    if campaign.ends_at <= max(campaign.starts_at, clock.now()):
        wrong["ends_at"] = "It must be later than the beginning, and than now."
    if campaign.pricing is Pricing.CPA and campaign.advertiser.kind is not AdvertiserKind.RESTAURANT:
        wrong["pricing_name"] = "Orders can only be counted for a restaurant."
    if campaign.holdout and campaign.advertiser.kind is not AdvertiserKind.RESTAURANT:
        wrong["holdout"] = "What it brings can only be measured for a restaurant: it has orders."
    if campaign.landing and not campaign.landing.startswith(("/", "https://")):
        wrong["landing"] = "A path on this origin, or an address that begins with https://."
    if campaign.landing.startswith("//") or not ADDRESS.fullmatch(campaign.landing):
        wrong["landing"] = "A path on this origin begins with one slash, and holds no backslash and no space."
    if not campaign.landing and campaign.advertiser.kind is AdvertiserKind.BRAND:
        wrong["landing"] = "Say where a click leads."
    if wrong:
        raise ValidationError(wrong)


def check_flight(flight: Flight) -> None:
    """Raises ValidationError."""
    flight.full_clean()
    wrong: dict[str, str] = {}
    if not flight.placements:
        wrong["placements"] = "Say where it is shown."
    if any(not 1 <= day <= 7 for day in flight.weekdays):
        wrong["weekdays"] = "1 is Monday, 7 is Sunday."
    if flight.from_hour == flight.to_hour:
        wrong["to_hour"] = "It must be another hour than the first."
    if flight.zone is not None and (problem := _problem_with(flight.zone)):
        wrong["zone"] = problem
    known = {city["code"] for city in _cities(flight.campaign.region)}
    if unknown := sorted(set(flight.cities) - known):
        wrong["cities"] = (
            f"There is no {', '.join(unknown)} in this region; there are {', '.join(sorted(known))}."
        )
    if wrong:
        raise ValidationError(wrong)


def _cities(region: str) -> list[dict[str, Any]]:
    return [dict(row.data) for row in regions.get(region).tables.get("cities", ())]


def _problem_with(zone: Any) -> str | None:
    """Why this is no zone, or None."""
    try:
        ring = tuple((float(lon), float(lat)) for lon, lat in zone)
        polygon = shapely.Polygon(ring)
    except (TypeError, ValueError):
        return "A zone is a list of corners, each of which is [longitude, latitude] in degrees."
    if not all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring):
        return "Corners are [longitude, latitude] in degrees."
    if not polygon.is_valid or polygon.is_empty:
        return f"The ring is no polygon: {shapely.is_valid_reason(polygon)}."
    if _square_kilometres(polygon) < LEAST_ZONE:
        return f"A zone has at least {LEAST_ZONE} km²: nobody is to learn what a single household does."
    try:
        cells_of(ring)
    except ValueError as error:
        return f"{error}: draw a smaller one, or name cities."
    return None


def _square_kilometres(polygon: shapely.Polygon) -> float:
    """Of a polygon in degrees that is small beside the Earth: as on a plane, at its middle's latitude."""
    return float(polygon.area) * DEGREE_KM**2 * cos(radians(polygon.centroid.y))


def check_creative(creative: Creative) -> None:
    """Raises ValidationError."""
    creative.full_clean()
    wrong: dict[str, str] = {}
    for name, longest in (("headlines", LONGEST_HEADLINE), ("texts", LONGEST_TEXT)):
        value = getattr(creative, name)
        if not isinstance(value, dict) or not all(
            isinstance(tag, str) and isinstance(text, str) for tag, text in value.items()
        ):
            wrong[name] = 'Texts by language: {"pl": "…", "": "…"}; "" is for all other languages.'
        elif any(len(text) > longest for text in value.values()):
            wrong[name] = f"At most {longest} characters."
        elif unknown := sorted({word for text in value.values() for word in unknown_placeholders(text)}):
            wrong[name] = f"Nothing is known to put for {', '.join(unknown)}."
    if "headlines" not in wrong and not any(text.strip() for text in creative.headlines.values()):
        wrong["headlines"] = "Something must be read."
    if creative.picture and not is_own_path(creative.picture):
        wrong["picture"] = (
            "A path on this origin: it begins with one slash, and holds no “//”, no backslash and no space."
        )
    if wrong:
        raise ValidationError(wrong)


def require_above_floor(campaign: Campaign, flights: Iterable[Flight]) -> None:
    """Raises BidBelowFloor for a flight whose bid suffices in none of its placements on the first day: the
    engine would leave it out without a word."""
    if campaign.advertiser.kind in FREE:
        return
    region = regions.get(campaign.region)
    least = floors(region, on=region.local(max(campaign.starts_at, clock.now())).date())
    for flight in flights:
        wanted = [least.get(Placement(name), {}).get(campaign.pricing, 0) for name in flight.placements]
        floor = min(wanted, default=0)
        if campaign.bid < floor:
            raise BidBelowFloor(
                flight=flight.name,
                floor=Money(amount=minor(floor, region.currency), currency=region.currency),
                paid_for=_PAID_FOR[campaign.pricing],
            )


def require_audience(campaign: Campaign) -> None:
    """Raises GoodsOnlyForAdults: the engine shows these only to known adults, and no page knows any."""
    if adults := sorted(ONLY_FOR_ADULTS.intersection(campaign.goods)):
        raise GoodsOnlyForAdults(goods=" and ".join(name.replace("_", " ") for name in adults))
