"""When an order arrives: what was promised, what is expected, and what is late about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from uuid import UUID

from modules.orders.estimating import Delay, bare_door, delay_of, expected, lateness
from modules.orders.events import Course
from modules.orders.interface import Axes, Fulfilment, Tracking
from modules.orders.models import Order
from modules.orders.policies import Pace, pace_of
from modules.orders.selectors.slots import offer_at
from tiffin import db, regions

RECENT = 40
"""So many deliveries of a restaurant are its history."""
LEARN_EVERY = timedelta(minutes=10)
_RESTAURANTS_IN_MEMORY = 10_000
# What came when it was wanted says nothing of how long it takes.
_LATELY = """
    SELECT accepted_at, ready_at, delivered_at, distance_m FROM orders_order
    WHERE restaurant_id = %s AND delivered_at IS NOT NULL AND fulfilment = %s
        AND wanted_at IS NULL AND accepted_at IS NOT NULL AND ready_at IS NOT NULL
    ORDER BY delivered_at DESC LIMIT %s
"""


def delay(restaurant_id: UUID, region: str, *, at: datetime) -> Delay:
    """How late the restaurant's orders come lately. Learned anew every LEARN_EVERY in each process."""
    return _learn(restaurant_id, region, int(at.timestamp() // LEARN_EVERY.total_seconds()))


@lru_cache(maxsize=_RESTAURANTS_IN_MEMORY)
def _learn(restaurant_id: UUID, region: str, period: int) -> Delay:
    came = db.select(_LATELY, restaurant_id, Fulfilment.DELIVERY.value, RECENT)
    return delay_of([_lateness(region, *times) for times in came])


def _lateness(
    region: str, accepted_at: datetime, ready_at: datetime, delivered_at: datetime, distance_m: int
) -> timedelta:
    course = Course(
        region=region,
        placed_at=accepted_at,
        asked_at=accepted_at,
        preparation_minutes=0,
        distance_m=distance_m,
        ready_at=ready_at,
    )
    return delivered_at - bare_door(course, pace(course))


def forget_history() -> None:
    """What this process has learned is learned again."""
    _learn.cache_clear()


def course_of(order: Order) -> Course:
    """What an estimate needs of an order."""
    return Course(
        region=order.region,
        placed_at=order.created_at,
        asked_at=max(filter(None, (order.created_at, order.confirmed_at, offer_at(order)))),
        preparation_minutes=order.preparation_minutes,
        distance_m=order.distance_m,
        fulfilment=order.fulfilment,
        wanted_at=order.wanted_at,
        ready_at=order.ready_at,
        picked_up_at=order.picked_up_at,
        delivered_at=order.delivered_at,
        usual_delay=order.usual_delay,
        seldom_delay=order.seldom_delay,
        promised_from=order.promised_from,
        promised_by=order.promised_by,
    )


def pace(course: Course) -> Pace:
    """How its region moved on the day on which it was placed."""
    region = regions.get(course.region)
    return pace_of(region, region.local(course.placed_at).date())


def tracking(course: Course, axes: Axes, *, now: datetime) -> Tracking:
    """How it stands at this moment."""
    moves = pace(course)
    between = expected(course, axes, moves, now=now)
    comes_by = between.late if between else course.delivered_at
    behind = _minutes_after(course.promised_by, comes_by)
    return Tracking(
        promised_from=course.promised_from,
        promised_by=course.promised_by,
        eta_from=between.early if between else None,
        eta_by=between.late if between else None,
        behind_minutes=behind,
        late=lateness(course, axes, moves, now=now),
    )


def _minutes_after(promised: datetime | None, comes: datetime | None) -> int:
    if promised is None or comes is None:
        return 0
    return max(0, ceil((comes - promised) / timedelta(minutes=1)))
