"""Keeps what orders knows of the restaurants fresh."""

from __future__ import annotations

import msgspec

from modules.orders.models import KnownMenu, KnownRestaurant, KnownUnavailable
from modules.orders.selectors import known as knowledge
from modules.restaurants.events import (
    AvailabilityChanged,
    MenuPublished,
    RestaurantChanged,
    RestaurantPublished,
)
from modules.restaurants.interface import RestaurantFacts
from tiffin.log import Subscriber, on


def forget_restaurants() -> None:
    """Empty what was learned, so that it can be learned again from the log."""
    KnownRestaurant.objects.all().delete()
    KnownMenu.objects.all().delete()
    KnownUnavailable.objects.all().delete()
    knowledge.menu.cache_clear()


known = Subscriber(
    "orders.known", reset=forget_restaurants, copies=(KnownRestaurant, KnownMenu, KnownUnavailable)
)


@on(RestaurantPublished, by=known)
def learn_restaurant(event: RestaurantPublished) -> None:
    _learn(event.restaurant)


@on(RestaurantChanged, by=known)
def learn_change(event: RestaurantChanged) -> None:
    _learn(event.restaurant)


@on(MenuPublished, by=known)
def learn_menu(event: MenuPublished) -> None:
    KnownMenu.objects.update_or_create(
        restaurant_id=event.restaurant_id,
        version=event.version,
        defaults={"hash": event.hash, "document": msgspec.msgpack.encode(event.document)},
    )


@on(AvailabilityChanged, by=known)
def learn_availability(event: AvailabilityChanged) -> None:
    if event.available:
        KnownUnavailable.objects.filter(restaurant_id=event.restaurant_id, item_id=event.item_id).delete()
        return
    KnownUnavailable.objects.update_or_create(
        restaurant_id=event.restaurant_id, item_id=event.item_id, defaults={"until": event.until}
    )


def _learn(facts: RestaurantFacts) -> None:
    KnownRestaurant.objects.update_or_create(
        id=facts.id,
        defaults={
            "region": facts.region,
            "name": facts.name,
            "menu_version": facts.menu_version,
            "facts": msgspec.to_builtins(facts),
        },
    )
