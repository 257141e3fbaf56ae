"""Keeps what ads knows of restaurants: those that begin to serve read it, and follow the log from there."""

from __future__ import annotations

import msgspec

from modules.ads.models import KnownDishes, KnownRestaurant, KnownUnavailable
from modules.ads.selectors.venues import dishes_of
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
    KnownDishes.objects.all().delete()
    KnownUnavailable.objects.all().delete()


RESTAURANTS = Subscriber(
    "ads.restaurants", reset=forget_restaurants, copies=(KnownRestaurant, KnownDishes, KnownUnavailable)
)


@on(RestaurantPublished, by=RESTAURANTS)
def learn_restaurant(event: RestaurantPublished) -> None:
    _learn(event.restaurant)


@on(RestaurantChanged, by=RESTAURANTS)
def learn_change(event: RestaurantChanged) -> None:
    _learn(event.restaurant)


@on(MenuPublished, by=RESTAURANTS)
def learn_menu(event: MenuPublished) -> None:
    KnownDishes.objects.update_or_create(
        restaurant_id=event.restaurant_id,
        defaults={"version": event.version, "dishes": msgspec.to_builtins(dishes_of(event.document))},
    )


@on(AvailabilityChanged, by=RESTAURANTS)
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
        defaults={"region": facts.region, "name": facts.name, "facts": msgspec.to_builtins(facts)},
    )
