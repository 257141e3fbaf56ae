"""Reads what orders knows of the restaurants. Menus are kept in the process's memory: they never change."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from django.db.models import Q

from modules.orders.interface import RestaurantUnknown
from modules.orders.menus import Menu
from modules.orders.models import KnownMenu, KnownRestaurant, KnownUnavailable
from modules.restaurants.interface import MenuDocument, RestaurantFacts

_MENUS_IN_MEMORY = 500
_read_menu = msgspec.msgpack.Decoder(MenuDocument).decode


def restaurant(restaurant_id: UUID) -> RestaurantFacts:
    """Raises RestaurantUnknown."""
    facts = KnownRestaurant.objects.filter(pk=restaurant_id).values_list("facts", flat=True).first()
    if facts is None:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return msgspec.convert(facts, RestaurantFacts)


@lru_cache(maxsize=_MENUS_IN_MEMORY)
def menu(restaurant_id: UUID, version: int) -> Menu:
    """Raises RestaurantUnknown for a version that was never published."""
    document = (
        KnownMenu.objects.filter(restaurant_id=restaurant_id, version=version)
        .values_list("document", flat=True)
        .first()
    )
    if document is None:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return Menu(_read_menu(document))


def unavailable_items(restaurant_id: UUID, *, at: datetime) -> frozenset[UUID]:
    """Items and options that cannot be had at that moment."""
    still = Q(until__isnull=True) | Q(until__gt=at)
    items = KnownUnavailable.objects.filter(still, restaurant_id=restaurant_id)
    return frozenset(items.values_list("item_id", flat=True))
