"""Taking restaurants in, changing what is known of them, and pausing them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from modules.restaurants import geography, hours
from modules.restaurants.events import RestaurantChanged
from modules.restaurants.facts import facts_of
from modules.restaurants.interface import ProfileRefused, RestaurantProfile, RestaurantUnknown
from modules.restaurants.menus import pictures
from modules.restaurants.models import Restaurant
from modules.restaurants.selectors import require_own, search_text_of
from tiffin import clock, db, jobs, regions
from tiffin.log import publish


def register(*, profile: RestaurantProfile) -> Restaurant:
    """Take a restaurant in, or change the one of that slug; the same again changes nothing.

    Raises:
        ProfileRefused: hours, zone, money or picture cannot be used, or it would move to another region.
    """
    _check(profile)
    fields = _fields(profile)
    with db.transaction():
        restaurant = Restaurant.objects.select_for_update(no_key=True).filter(slug=profile.slug).first()
        if restaurant is None:
            return _create(profile, fields)
        if restaurant.region != profile.region:
            raise ProfileRefused(field="region", problem="a restaurant stays in its region")
        if all(getattr(restaurant, name) == value for name, value in fields.items()):
            return restaurant
        for name, value in fields.items():
            setattr(restaurant, name, value)
        restaurant.search_text = search_text_of(restaurant)
        restaurant.save()
        announce(restaurant)
    return restaurant


def pause(*, restaurant_id: UUID, until: datetime) -> Restaurant:
    """Take no orders until then. Raises RestaurantUnknown, NotYourRestaurant."""
    require_own(restaurant_id)
    with db.transaction():
        return set_pause(restaurant_id, until)


def resume(*, restaurant_id: UUID) -> Restaurant:
    """Take orders again. Raises RestaurantUnknown, NotYourRestaurant."""
    require_own(restaurant_id)
    with db.transaction():
        return set_pause(restaurant_id, None)


def set_busy(*, restaurant_id: UUID, minutes: int, until: datetime) -> Restaurant:
    """Everything takes so many minutes longer until then; none at all is as usual again.

    Raises RestaurantUnknown, NotYourRestaurant.
    """
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        restaurant.busy_minutes = minutes
        restaurant.busy_until = until if minutes else None
        restaurant.save(update_fields=["busy_minutes", "busy_until"])
        if minutes:
            jobs.add(restaurant, "busy_over", due=until)
        else:
            jobs.drop(restaurant, "busy_over")
        announce(restaurant)
    return restaurant


def end_busy(*, restaurant_id: UUID) -> None:
    """It is over: the others are told, unless it was made longer meanwhile."""
    with db.transaction():
        restaurant = lock(restaurant_id)
        if restaurant.busy_until is not None and restaurant.busy_until <= clock.now():
            restaurant.busy_minutes, restaurant.busy_until = 0, None
            restaurant.save(update_fields=["busy_minutes", "busy_until"])
            announce(restaurant)


def set_capacity(*, restaurant_id: UUID, orders_per_slot: int | None) -> Restaurant:
    """Take so many orders for the same time beforehand; None: as many as come. What was taken is kept.

    Raises RestaurantUnknown, NotYourRestaurant, and ValueError below one.
    """
    if orders_per_slot is not None and orders_per_slot < 1:
        raise ValueError("whoever takes no orders beforehand pauses")
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        if restaurant.orders_per_slot != orders_per_slot:
            restaurant.orders_per_slot = orders_per_slot
            restaurant.save(update_fields=["orders_per_slot"])
            announce(restaurant)
    return restaurant


def lock(restaurant_id: UUID) -> Restaurant:
    """The restaurant, locked. Raises RestaurantUnknown."""
    try:
        return Restaurant.lock(restaurant_id)
    except Restaurant.DoesNotExist:
        raise RestaurantUnknown(restaurant=str(restaurant_id)) from None


def announce(restaurant: Restaurant) -> None:
    """Tell the others; before its first menu nobody knows it and nobody need."""
    if restaurant.is_published:
        publish(restaurant, RestaurantChanged(restaurant=facts_of(restaurant)))


def _create(profile: RestaurantProfile, fields: dict[str, Any]) -> Restaurant:
    restaurant = Restaurant(slug=profile.slug, region=profile.region, **fields)
    restaurant.search_text = search_text_of(restaurant)
    restaurant.save()
    return restaurant


@db.transaction_required
def set_pause(restaurant_id: UUID, until: datetime | None, *, reason: str = "") -> Restaurant:
    """Pause it or not; who may is asked by the callers. Raises RestaurantUnknown."""
    restaurant = lock(restaurant_id)
    if restaurant.paused_until != until:
        restaurant.paused_until, restaurant.pause_reason = until, reason
        restaurant.save(update_fields=["paused_until", "pause_reason"])
        announce(restaurant)
    return restaurant


def _check(profile: RestaurantProfile) -> None:
    problems = {
        "region": _problem_with_money(profile),
        "opening_hours": hours.problem_with(profile.opening_hours),
        "zone": geography.problem_with(profile.zone),
        "picture": pictures.problem_with(profile.picture),
    }
    for field, problem in problems.items():
        if problem:
            raise ProfileRefused(field=field, problem=problem)


def _problem_with_money(profile: RestaurantProfile) -> str | None:
    try:
        currency = regions.get(profile.region).currency
    except regions.UnknownRegion as error:
        return str(error)
    if profile.min_order.currency != currency:
        return f"the smallest order is in {profile.min_order.currency}; the region's money is {currency}"
    return None


def _fields(profile: RestaurantProfile) -> dict[str, Any]:
    west, south, east, north = geography.bounds(profile.zone)
    return {
        "name": profile.name,
        "cuisine": profile.cuisine,
        "city": profile.city,
        "area": profile.area,
        "lat": profile.point.lat,
        "lon": profile.point.lon,
        "zone": [list(corner) for corner in profile.zone],
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "opening_hours": profile.opening_hours,
        "preparation_minutes": profile.preparation_minutes,
        "min_order": profile.min_order.amount,
        "picture": profile.picture,
    }
