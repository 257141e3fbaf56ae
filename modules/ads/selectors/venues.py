"""Restaurants as the engine wants them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import median
from uuid import UUID

import msgspec

from modules.ads.engine.filling import is_own_path
from modules.ads.engine.servable import Dish, Venue
from modules.ads.engine.venues import ALWAYS
from modules.ads.kinds import Goods
from modules.ads.models import KnownDishes, KnownRestaurant, KnownUnavailable
from modules.restaurants.interface import Item, MenuDocument, RestaurantFacts
from tiffin import clock

DISHES = 12
# Tax categories of goods that a region may restrict (`ads.restrictions`).
DECLARED = frozenset({Goods.ALCOHOL.value})
_read_dishes = msgspec.json.Decoder(tuple[Dish, ...]).decode


def venues() -> Iterator[Venue]:
    """All that are published."""
    dishes = dict(KnownDishes.objects.values_list("restaurant_id", "dishes"))
    for facts in KnownRestaurant.objects.values_list("facts", flat=True).iterator():
        known = msgspec.convert(facts, RestaurantFacts, strict=False)
        yield venue_of(known, msgspec.convert(dishes.get(known.id, ()), tuple[Dish, ...], strict=False))


def unavailable() -> dict[UUID, datetime | None]:
    """Dishes and options that cannot be had now, and until when (None: until said otherwise)."""
    still = KnownUnavailable.objects.exclude(until__lte=clock.now())
    return dict(still.values_list("item_id", "until"))


def venue_of(facts: RestaurantFacts, dishes: tuple[Dish, ...]) -> Venue:
    blocked = [until for until in (facts.paused_until, facts.full_until) if until is not None]
    return Venue(
        id=facts.id,
        slug=facts.slug,
        name=facts.name,
        cuisine=facts.cuisine,
        region=facts.region,
        city=facts.city,
        lat=facts.point.lat,
        lon=facts.point.lon,
        zone=facts.zone,
        opening_hours=facts.opening_hours,
        time_zone=facts.time_zone,
        blocked_until=max(blocked, default=None),
        preparation_minutes=facts.preparation_minutes,
        currency=facts.min_order.currency,
        menu_version=facts.menu_version,
        dishes=dishes,
        level=_level(dishes, facts.min_order.amount),
    )


def dishes_of(menu: MenuDocument) -> tuple[Dish, ...]:
    """Those that cost something, in the menu's order, each once; of those that are served at the same hours
    the first. What an advertiser would have to declare is not named by chance."""
    hours: defaultdict[UUID, set[str]] = defaultdict(set)
    items: dict[UUID, Item] = {}
    for category in menu.categories:
        for item in category.items:
            if item.price > 0 and item.tax_category not in DECLARED:
                items.setdefault(item.id, item)
                hours[item.id].add(category.hours)
    found, counted = [], Counter[tuple[str, ...]]()
    for item in items.values():
        served = () if ALWAYS in hours[item.id] else tuple(sorted(hours[item.id]))
        counted[served] += 1
        if counted[served] <= DISHES:
            found.append(_dish(item, served))
    return tuple(found)


def _dish(item: Item, hours: tuple[str, ...]) -> Dish:
    picture = item.picture or ""
    return Dish(
        id=item.id,
        title=item.title,
        price=item.price,
        titles=item.titles,
        picture=picture if is_own_path(picture) else "",
        hours=hours,
    )


def _level(dishes: tuple[Dish, ...], min_order: int) -> int:
    """How dear it is, 0 to 3, by how many of its dishes make an order: five, three or four, two, one."""
    if not dishes or min_order <= 0:
        return 1
    make_an_order = min_order / median(dish.price for dish in dishes)
    return sum(make_an_order <= most for most in (5, 3, 1.5))
