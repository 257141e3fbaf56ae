"""Whether a restaurant can serve a customer now: asked for a quote and again when it is placed."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from modules.orders.geography import in_zone
from modules.orders.interface import (
    AddressOutsideZone,
    PlacingRefused,
    Point,
    RestaurantClosed,
    RestaurantPaused,
)
from modules.orders.menus import is_open, next_opening
from modules.orders.policies import PlacingFacts, PlacingPolicy
from modules.restaurants.interface import RestaurantFacts
from tiffin import regions
from tiffin.money import Money


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
    wanted_at: datetime | None = None,
) -> None:
    """Raises PlacingRefused with what the region's policy says."""
    region = regions.get(facts.region)
    ready_at = wanted_at or at + timedelta(minutes=facts.preparation_minutes)
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
