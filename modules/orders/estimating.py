"""When an order arrives: from what is known of it, how its region moves, and how late its restaurant's orders
have come lately. Pure, so that whoever holds a `Course` may estimate again at any moment.

    food    the kitchen's word (`ready_at`), or before it answers: asked + `answer_minutes` + its preparation
    leaves  when it was picked up, or the food is there, and somebody to carry it
    door    leaves + distance / `metres_per_minute` + `door_minutes`, and what its restaurant is usually late
    from    door - `early_minutes`
    by      door + `late_minutes`, or as late as one order in ten of this restaurant comes

Half of the margins are left once it is on its way. Nothing is expected earlier than now, or than wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from modules.orders.events import Course
from modules.orders.interface import (
    Axes,
    CourierState,
    Fulfilment,
    Late,
    LateParty,
    LateStep,
    OrderState,
    VendorState,
)
from modules.orders.policies import Pace
from tiffin.dto import DTO

FEWEST = 8
"""With fewer deliveries nothing is concluded from them."""
_FOOD_STANDS_READY = frozenset({VendorState.READY, VendorState.COLLECTED})
_GONE = frozenset({CourierState.PICKED_UP, CourierState.DELIVERED})
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta(0)


class Expected(NamedTuple):
    """Between these two moments."""

    early: datetime
    late: datetime


class Delay(DTO):
    """How many seconds after the bare estimate a restaurant's orders come: half of them no later than
    `usual`, nine in ten no later than `seldom`. Not below zero: nobody is promised what luck brought."""

    usual: int = 0
    seldom: int = 0


def delay_of(lateness: Sequence[timedelta]) -> Delay:
    """What recent deliveries say: the median and the ninth decile, by nearest rank."""
    if len(lateness) < FEWEST:
        return Delay()
    seconds = sorted(round(late.total_seconds()) for late in lateness)
    usual, seldom = seconds[(len(seconds) - 1) // 2], seconds[(9 * len(seconds) + 9) // 10 - 1]
    return Delay(usual=max(0, usual), seldom=max(0, seldom))


def expected(course: Course, axes: Axes, pace: Pace, *, now: datetime) -> Expected | None:
    """When the customer has it; None once the order is over."""
    if axes.order in {OrderState.COMPLETED, OrderState.CANCELLED}:
        return None
    if course.fulfilment is Fulfilment.PICKUP:
        there = max(filter(None, (_food(course, axes, pace, now), course.wanted_at)))
        return _rounded(there, there + timedelta(minutes=pace.late_minutes))
    door = _door(course, axes, pace, now)
    early, late = timedelta(minutes=pace.early_minutes), timedelta(minutes=pace.late_minutes)
    if axes.courier in _GONE:
        early, late = early / 2, late / 2
    else:
        late = max(late, timedelta(seconds=course.seldom_delay - course.usual_delay))
    return _rounded(max(now, door - early), door + late)


def bare_door(course: Course, pace: Pace) -> datetime:
    """When an accepted order reaches the door if everybody keeps their word."""
    return (course.ready_at or course.asked_at) + ride(course.distance_m, pace)


def ride(distance_m: int, pace: Pace) -> timedelta:
    """From the counter to the customer's hands; the distance is as the crow flies."""
    return timedelta(minutes=distance_m / pace.metres_per_minute + pace.door_minutes)


def lateness(course: Course, axes: Axes, pace: Pace, *, now: datetime) -> Late | None:
    """The step at hand, if it should have been over by now, and who is at it."""
    if axes.order is OrderState.CONFIRMED:
        answered_by = course.asked_at + timedelta(minutes=pace.answer_minutes)
        return _late(LateStep.ANSWER, LateParty.RESTAURANT, answered_by, now)
    if axes.order is not OrderState.ACCEPTED or course.ready_at is None:
        return None
    return _late_after_acceptance(course, axes, pace, course.ready_at, now)


def _late_after_acceptance(
    course: Course, axes: Axes, pace: Pace, ready_at: datetime, now: datetime
) -> Late | None:
    if course.picked_up_at is not None:
        there_by = course.picked_up_at + ride(course.distance_m, pace)
        return _late(LateStep.WAY, LateParty.COURIER, there_by, now)
    if axes.vendor not in _FOOD_STANDS_READY:
        return _late(LateStep.KITCHEN, LateParty.RESTAURANT, ready_at, now)
    if axes.courier is CourierState.SEARCHING:
        return _late(LateStep.COURIER_SEARCH, LateParty.PLATFORM, ready_at, now)
    if axes.courier is CourierState.ASSIGNED:
        collected_by = ready_at + timedelta(minutes=pace.collect_minutes)
        return _late(LateStep.COLLECTION, LateParty.COURIER, collected_by, now)
    return None


def _late(step: LateStep, party: LateParty, due: datetime, now: datetime) -> Late | None:
    return Late(step=step, party=party, since=due) if now > due else None


def _food(course: Course, axes: Axes, pace: Pace, now: datetime) -> datetime:
    if axes.vendor in _FOOD_STANDS_READY:
        return now
    if course.ready_at is not None:
        return max(now, course.ready_at)
    answered_at = max(now, course.asked_at + timedelta(minutes=pace.answer_minutes))
    return answered_at + timedelta(minutes=course.preparation_minutes)


def _door(course: Course, axes: Axes, pace: Pace, now: datetime) -> datetime:
    on_the_way = ride(course.distance_m, pace)
    if course.picked_up_at is not None:
        return max(now, course.picked_up_at + on_the_way)
    leaves = _food(course, axes, pace, now)
    if axes.courier is CourierState.SEARCHING:
        leaves = max(leaves, now + timedelta(minutes=pace.collect_minutes))
    door = leaves + on_the_way + timedelta(seconds=course.usual_delay)
    return max(door, course.wanted_at) if course.wanted_at else door


def _rounded(early: datetime, late: datetime) -> Expected:
    """The minute in which it begins, and the one after which it ends."""
    whole = late.replace(second=0, microsecond=0)
    return Expected(early.replace(second=0, microsecond=0), whole if whole == late else whole + _MINUTE)
