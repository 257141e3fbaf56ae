"""How far an order is, as its stream and those who poll are told: its status, when it comes, and where the
courier is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple
from uuid import UUID

import msgspec
import structlog

from modules.delivery.interface import Delivery, Position
from modules.orders.events import Course
from modules.orders.geography import distance_m
from modules.orders.interface import Axes, CourierState, Point, Status, Tracking
from modules.orders.models import Order
from modules.orders.quotes import Pickup
from modules.orders.selectors.tracking import course_of, pace, tracking
from modules.orders.states import status_of
from tiffin.dto import DTO
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call

log = structlog.get_logger(__name__)

RESTAURANT, DOOR = "restaurant", "door"
FRESH_FOR = timedelta(minutes=2)
"""Nobody is shown where a courier was longer ago."""
_COMING = frozenset({CourierState.ASSIGNED, CourierState.PICKED_UP})


class CourierSeen(DTO):
    """Where the courier was seen last, at `at`. `towards` is where it goes: to the `restaurant` or the
    `door`, `distance_m` from there as the crow flies, about `minutes`."""

    lat: float
    lon: float
    at: datetime
    towards: str
    distance_m: int
    minutes: int


class Progress(DTO):
    """What a customer follows."""

    order_id: UUID
    status: Status
    tracking: Tracking
    courier: CourierSeen | None = None


class Standing(NamedTuple):
    """What progress is reckoned from; `door` is None once it was forgotten."""

    order_id: UUID
    axes: Axes
    course: Course
    restaurant: Point
    door: Point | None

    @property
    def courier_is_coming(self) -> bool:
        return self.axes.courier in _COMING

    def after(self, axes: Axes, course: Course) -> Standing:
        return self._replace(axes=axes, course=course)


def standing_of(order: Order) -> Standing:
    """How it stands with an order just read."""
    lat, lon = order.dropoff_lat, order.dropoff_lon
    return Standing(
        order_id=order.id,
        axes=order.axes,
        course=course_of(order),
        restaurant=msgspec.convert(order.pickup, Pickup).point,
        door=None if lat is None or lon is None else Point(lat=lat, lon=lon),
    )


def progress(standing: Standing, position: Position | None, *, now: datetime) -> Progress:
    """How far it is at this moment."""
    return Progress(
        order_id=standing.order_id,
        status=status_of(standing.axes),
        tracking=tracking(standing.course, standing.axes, now=now),
        courier=_seen(standing, position, now) if position and standing.courier_is_coming else None,
    )


def _seen(standing: Standing, position: Position, now: datetime) -> CourierSeen | None:
    if now - position.at > FRESH_FOR:
        return None
    fetched = standing.axes.courier is CourierState.PICKED_UP
    goal = standing.door if fetched else standing.restaurant
    if goal is None:
        return None
    metres = distance_m(Point(lat=position.point.lat, lon=position.point.lon), goal)
    return CourierSeen(
        lat=position.point.lat,
        lon=position.point.lon,
        at=position.at,
        towards=DOOR if fetched else RESTAURANT,
        distance_m=metres,
        minutes=ceil(metres / pace(standing.course).metres_per_minute),
    )


def positions_of(order_ids: Sequence[UUID]) -> list[Position]:
    """Where the couriers of these orders are; nowhere when nobody can say, which is no reason to say nothing
    else."""
    if not order_ids:
        return []
    try:
        return call(Delivery).positions(order_ids=list(order_ids))
    except (ModuleUnavailable, ModuleFault) as error:
        log.warning("positions_unknown", orders=len(order_ids), error=type(error).__name__)
        return []
