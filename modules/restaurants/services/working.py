"""How a restaurant wants to work: what it decides itself about being asked and being full."""

from __future__ import annotations

import re
from uuid import UUID

from modules.restaurants.interface import ProfileRefused, Working
from modules.restaurants.models import Restaurant
from modules.restaurants.policies import ladder_times
from modules.restaurants.selectors import require_own
from modules.restaurants.services.profiles import lock
from modules.restaurants.services.throttling import have_weighed
from tiffin import clock, db, regions

MOST_OPEN = 1_000
_PHONE = re.compile(r"(\+[0-9]{6,15})?")  # E.164, or none


def set_working(*, restaurant_id: UUID, wanted: Working) -> Restaurant:
    """Raises RestaurantUnknown, NotYourRestaurant, and ProfileRefused for what the region does not allow."""
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        region = regions.get(restaurant.region)
        today = region.local(clock.now()).date()
        if not _PHONE.fullmatch(wanted.phone):
            raise ProfileRefused(field="phone", problem="Write it as +442079460000, or leave it empty.")
        if wanted.open_orders_limit is not None and not 0 < wanted.open_orders_limit <= MOST_OPEN:
            raise ProfileRefused(field="open_orders_limit", problem=f"It is from 1 to {MOST_OPEN}, or none.")
        if wanted.accepts_unanswered and not ladder_times(region, on=today).may_accept:
            raise ProfileRefused(
                field="accepts_unanswered", problem=f"In {region.name} somebody must answer each order."
            )
        restaurant.accepts_unanswered, restaurant.phone = wanted.accepts_unanswered, wanted.phone
        restaurant.open_orders_limit = wanted.open_orders_limit
        restaurant.save(update_fields=["accepts_unanswered", "phone", "open_orders_limit"])
        have_weighed(restaurant.id, region=restaurant.region)
    return restaurant
