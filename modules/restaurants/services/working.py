"""How a restaurant wants to work: what it decides itself about being asked and being full."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants.interface import ProfileRefused, RestaurantUnknown
from modules.restaurants.models import Restaurant
from modules.restaurants.policies import ladder_times
from modules.restaurants.selectors import require_own
from modules.restaurants.services.profiles import lock
from modules.restaurants.services.throttling import have_weighed
from tiffin import clock, db, regions
from tiffin.dto import DTO


class Working(DTO):
    """`accepts_unanswered`: what nobody has answered is accepted. `phone` is what staff call then. With
    `open_orders_limit` open orders the kitchen is full; None: as the region says."""

    accepts_unanswered: bool = False
    phone: str = ""
    open_orders_limit: int | None = None


def working_of(*, restaurant_id: UUID) -> Restaurant:
    """Raises RestaurantUnknown, NotYourRestaurant."""
    require_own(restaurant_id)
    restaurant = Restaurant.objects.filter(pk=restaurant_id).first()
    if restaurant is None:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return restaurant


def set_working(*, restaurant_id: UUID, wanted: Working) -> Restaurant:
    """Raises RestaurantUnknown, NotYourRestaurant, and ProfileRefused for what the region does not allow."""
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        region = regions.get(restaurant.region)
        today = region.local(clock.now()).date()
        if wanted.accepts_unanswered and not ladder_times(region, on=today).may_accept:
            raise ProfileRefused(
                field="accepts_unanswered", problem=f"In {region.name} somebody must answer each order."
            )
        restaurant.accepts_unanswered, restaurant.phone = wanted.accepts_unanswered, wanted.phone
        restaurant.open_orders_limit = wanted.open_orders_limit
        restaurant.save(update_fields=["accepts_unanswered", "phone", "open_orders_limit"])
        have_weighed(restaurant.id, region=restaurant.region)
    return restaurant
