"""Whether a restaurant can serve a customer now: asked for a quote and again when it is placed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from modules.orders.geography import in_zone
from modules.orders.interface import (
    AddressOutsideZone,
    PlacingRefused,
    Point,
    RestaurantClosed,
    RestaurantPaused,
    Wishes,
)
from modules.orders.menus import is_open, next_opening
from modules.orders.policies import AgeRestriction, PlacingFacts, PlacingPolicy
from modules.orders.slots import leaves_kitchen_at
from modules.restaurants.interface import RestaurantFacts
from tiffin import regions
from tiffin.money import Money
from tiffin.regions import Region

BROUGHT_AT_ONCE = Wishes()


def check_open(facts: RestaurantFacts, *, at: datetime) -> None:
    """Raises RestaurantPaused, also while its kitchen is full, or RestaurantClosed."""
    waits = [until for until in (facts.paused_until, facts.full_until) if until is not None and until > at]
    if waits:
        again_at = max(waits).astimezone(ZoneInfo(facts.time_zone))
        raise RestaurantPaused(name=facts.name, again_at=f"at {again_at:%H:%M} on {again_at:%Y-%m-%d}")
    if is_open(facts.opening_hours, at=at, zone=facts.time_zone):
        return
    opens_at = next_opening(facts.opening_hours, at=at, zone=facts.time_zone)
    raise RestaurantClosed(
        name=facts.name, opens_at=f"{opens_at:%Y-%m-%d %H:%M}" if opens_at else "at a time not yet known"
    )


def age_restrictions(
    region: Region, tax_categories: Collection[str], *, at: datetime
) -> list[AgeRestriction]:
    """What the region says of who may have these, on its day."""
    rows = region.rules("age_restrictions", AgeRestriction, on=region.local(at).date())
    return [row for row in rows if row.category in tax_categories]


def minimum_age(region: Region, tax_categories: Collection[str], *, at: datetime) -> int:
    """How old whoever gets these must be; 0 where it does not matter."""
    found = age_restrictions(region, tax_categories, at=at)
    return max((row.minimum_age for row in found), default=0)


def check_zone(facts: RestaurantFacts, point: Point) -> None:
    """Raises AddressOutsideZone."""
    if not in_zone(point, facts.zone):
        raise AddressOutsideZone(name=facts.name)


def check_policy(
    facts: RestaurantFacts,
    *,
    at: datetime,
    distance_m: int,
    subtotal: Money,
    tax_categories: frozenset[str],
    wishes: Wishes = BROUGHT_AT_ONCE,
) -> None:
    """Raises PlacingRefused with what the region's policy says."""
    region = regions.get(facts.region)
    ready_at = leaves_kitchen_at(facts, wishes, at=at)
    for row in age_restrictions(region, tax_categories, at=at):
        if row.hours and not is_open(row.hours, at=ready_at, zone=facts.time_zone):
            raise PlacingRefused(reason=f"Not everything in your basket is sold then; it is at {row.hours}.")
    refusal = region.policy(PlacingPolicy).refusal(
        PlacingFacts(
            now_local=region.local(at),
            ready_at_local=region.local(ready_at),
            restaurant_id=facts.id,
            distance_m=distance_m,
            subtotal=subtotal,
            tax_categories=tax_categories,
        )
    )
    if refusal is not None:
        raise PlacingRefused(reason=refusal)
