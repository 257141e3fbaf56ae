"""Reads what orders knows of the restaurants. Menus are kept in the process's memory: they never change."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec

from modules.orders.interface import RestaurantUnknown
from modules.orders.menus import Menu
from modules.orders.models import KnownMenu
from modules.orders.pricing import Member
from modules.restaurants.interface import MenuDocument, RestaurantFacts
from modules.subscriptions.interface import Benefit
from tiffin import db

_MENUS_IN_MEMORY = 500
_FACTS_IN_MEMORY = 2_000
# Constant: it runs with every quote and every order.
_STANDING = """
    SELECT facts::text, ARRAY(
        SELECT item_id FROM orders_knownunavailable
        WHERE restaurant_id = restaurant.id AND (until IS NULL OR until > %s))
    FROM orders_knownrestaurant AS restaurant WHERE id = %s
"""
_read_menu = msgspec.msgpack.Decoder(MenuDocument).decode


_MEMBERSHIP = """
    SELECT benefits::text, valid_in FROM orders_knownmembership
    WHERE customer_id = %s AND since <= %s AND access_until > %s AND %s = ANY(valid_in)
    ORDER BY region = %s DESC, id DESC LIMIT 1
"""
_read_benefits = msgspec.json.Decoder(tuple[Benefit, ...]).decode


class Standing(NamedTuple):
    """A restaurant, and the items and options that cannot be had there at the moment."""

    facts: RestaurantFacts
    unavailable: frozenset[UUID]


def restaurant(restaurant_id: UUID, *, at: datetime) -> Standing:
    """How it stands with a restaurant at that moment. Raises RestaurantUnknown."""
    found = db.select(_STANDING, at, restaurant_id)
    if not found:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    ((facts, unavailable),) = found
    return Standing(_read_facts(facts), frozenset(unavailable))


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


def member(customer_id: UUID, region: str, *, at: datetime) -> Member | None:
    """What the customer's membership brings in the region at that moment, as it was last told; of several
    that of the region itself."""
    found = db.select(_MEMBERSHIP, customer_id, at, at, region, region)
    if not found:
        return None
    ((benefits, valid_in),) = found
    return Member(region=region, benefits=_read_benefits(benefits), valid_in=tuple(valid_in))
