"""Kitchens that have much to do: busy by steps, then full, and back.

How many orders are open is counted from the tickets, by one job for each restaurant that runs after the
orders it counts are committed; offering an order locks nothing that another order would need. It comes down
only when less is open than took it up, so that one order more or less changes nothing to and fro.
"""

from __future__ import annotations

import math
from datetime import timedelta
from uuid import UUID

from modules.restaurants.interface import TicketState
from modules.restaurants.models import Restaurant, Ticket
from modules.restaurants.policies import LoadSteps, load_steps
from modules.restaurants.services.profiles import announce, lock
from tiffin import clock, db, jobs, regions

IN_THE_KITCHEN = (TicketState.OFFERED.value, TicketState.ACCEPTED.value, TicketState.PREPARING.value)
WEIGHED_EVERY = timedelta(seconds=15)
"""How often a kitchen that has much to do is looked at, to see whether it has less."""
FULL_FOR = timedelta(minutes=5)
"""How long a full kitchen is said to be full: said again while it is, and over by itself if nobody does."""


def level_of(open_orders: int, *, limit: int, steps: int, before: int = 0) -> int:
    """How loaded a kitchen is: 0 as usual, each step busier, `steps` + 1 full.

    The steps lie evenly between half of the limit and the limit. It goes up at once; down only when a tenth
    of the limit, at least one order, less is open than took it up, or nothing is.
    """
    if not open_orders:
        return 0
    slack = max(1, limit // 10)
    reached = _reached(open_orders, limit, steps)
    return max(reached, min(before, _reached(open_orders + slack, limit, steps)))


def may_be_loaded(region: str, *, open_orders: int, limit: int | None) -> bool:
    """Whether a kitchen with so many open orders is to be weighed: when it may be at the first step."""
    return open_orders >= max(1, (limit or _steps(region).limit) // 4)


@db.transaction_required
def have_weighed(restaurant_id: UUID, *, region: str) -> None:
    """Weigh it as soon as this is committed; many wishes at once become one."""
    jobs.add(Restaurant(id=restaurant_id, region=region), "weigh_load", due=clock.now())


def weigh_load(*, restaurant_id: UUID) -> None:
    """Count what is open in a kitchen, and tell the others when it has become busier, full, or neither."""
    with db.transaction():
        restaurant = lock(restaurant_id)
        steps = _steps(restaurant.region)
        limit = restaurant.open_orders_limit or steps.limit
        is_open = Ticket.objects.filter(restaurant_id=restaurant_id, state_name__in=IN_THE_KITCHEN)
        level = level_of(is_open.count(), limit=limit, steps=len(steps.minutes), before=restaurant.load_level)
        _bring_to(restaurant, level, steps)
        if level:
            jobs.add(restaurant, "weigh_load", due=clock.now() + WEIGHED_EVERY)


def _bring_to(restaurant: Restaurant, level: int, steps: LoadSteps) -> None:
    now = clock.now()
    is_full = level > len(steps.minutes)
    until = restaurant.full_until if is_full else None
    if is_full and (until is None or until - now < FULL_FOR / 2):
        until = now + FULL_FOR
    if (level, until) == (restaurant.load_level, restaurant.full_until):
        return
    restaurant.load_level, restaurant.full_until = level, until
    restaurant.load_minutes = steps.minutes[min(level, len(steps.minutes)) - 1] if level else 0
    restaurant.save(update_fields=["load_level", "full_until", "load_minutes"])
    announce(restaurant)


def _reached(open_orders: int, limit: int, steps: int) -> int:
    thresholds = [math.ceil(limit * (steps + step) / (2 * steps)) for step in range(steps)] + [limit]
    return sum(open_orders >= threshold for threshold in thresholds)


def _steps(region: str) -> LoadSteps:
    rules = regions.get(region)
    return load_steps(rules, on=rules.local(clock.now()).date())
