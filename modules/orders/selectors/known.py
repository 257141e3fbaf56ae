"""Reads what orders knows of the restaurants. Menus are kept in the process's memory: they never change."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from modules.orders.interface import RestaurantUnknown
from modules.orders.menus import Menu
from modules.orders.models import KnownMenu, KnownRestaurant, KnownUnavailable
from modules.restaurants.interface import MenuDocument, RestaurantFacts

_MENUS_IN_MEMORY = 500
_FACTS_IN_MEMORY = 2_000
_read_menu = msgspec.msgpack.Decoder(MenuDocument).decode


def restaurant(restaurant_id: UUID) -> RestaurantFacts:
    """Raises RestaurantUnknown."""
    facts = KnownRestaurant.objects.filter(pk=restaurant_id).values_list(Cast("facts", TextField())).first()
    if facts is None:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return _read_facts(facts[0])


@lru_cache(maxsize=_FACTS_IN_MEMORY)
def _read_facts(text: str) -> RestaurantFacts:
    """What is the same says the same: opening hours and zones are long, and change seldom."""
    return msgspec.json.decode(text, type=RestaurantFacts)


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
