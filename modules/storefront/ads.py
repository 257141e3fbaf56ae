"""Ads on our pages: all of a page's are asked for at once, and left out when nobody can say."""

from __future__ import annotations

from uuid import UUID

import structlog

from modules.ads.interface import Ad, AdConsent, Ads, PageView, Place, Placement, Point
from modules.storefront.places import PlaceChosen, city_of
from modules.storefront.visitors import Visitor
from tiffin.errors import DomainError
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call

log = structlog.get_logger(__name__)

LANGUAGE = "en"  # our pages are written in it


def ads_for(
    visitor: Visitor,
    where: PlaceChosen,
    slots: dict[Placement, int],
    *,
    text: str = "",
    cuisine: str = "",
    restaurant_id: UUID | None = None,
) -> dict[str, tuple[Ad, ...]]:
    """By placement what stands there, on a page with so many slots; `text` is what is searched for,
    `cuisine` and `restaurant_id` whose page it is. No page fails without ads."""
    if not slots:
        return {}
    city, point = city_of(where), where.point
    view = PageView(
        region=city.region,
        city=city.code,
        customer_id=visitor.id if visitor.is_known else None,
        point=Point(lat=point.lat, lon=point.lon) if point else None,
        text=text,
        cuisine=cuisine,
        restaurant_id=restaurant_id,
        language=LANGUAGE,
    )
    places = [Place(placement=placement, slots=count) for placement, count in slots.items()]
    try:
        decision = call(Ads).decide(view=view, places=places)
    except (ModuleUnavailable, ModuleFault, DomainError) as error:
        log.info("page_without_ads", error=repr(error))
        return {}
    return {each.placement.value: each.ads for each in decision.places}


def ads_consent(visitor: Visitor) -> AdConsent | None:
    """What this customer agreed to; None when nobody can say: no page fails for it."""
    try:
        return call(Ads).consent(customer_id=visitor.id)
    except (ModuleUnavailable, ModuleFault) as error:
        log.info("ads_consent_unknown", error=repr(error))
        return None
