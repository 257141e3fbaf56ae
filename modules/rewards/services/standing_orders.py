"""Giving each month: what a customer says once, and a sweep that does it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import structlog

from modules.rewards import policies
from modules.rewards.events import StandingOrderSkipped
from modules.rewards.interface import (
    CharityUnknown,
    DonationInvalid,
    GivingNotOffered,
    InsufficientPoints,
    StandingOrderUnknown,
    StandingState,
    TooFast,
    TooManyStandingOrders,
    WalletUnderReview,
)
from modules.rewards.models import StandingOrder
from modules.rewards.services.giving import active_charity, give_standing, worth_of
from tiffin import clock, db, regions
from tiffin.log import publish

log = structlog.get_logger(__name__)

MOST_PER_CUSTOMER = 10
AT_ONCE = 100


def give_monthly(*, customer_id: UUID, charity_id: UUID, points: int, day: int) -> StandingOrder:
    """Give points each month from the next such day on. Raises CharityUnknown, GivingNotOffered,
    DonationInvalid, TooManyStandingOrders."""
    charity = active_charity(charity_id)
    worth_of(charity, points)
    with db.transaction():
        running = StandingOrder.objects.filter(customer_id=customer_id).exclude(
            state_name=StandingState.STOPPED.value
        )
        if running.count() >= MOST_PER_CUSTOMER:
            raise TooManyStandingOrders(limit=MOST_PER_CUSTOMER)
        order = StandingOrder(
            region=charity.region, customer_id=customer_id, charity=charity, points=points, day=day
        )
        order.next_on = policies.next_monthly(day, _today(charity.region))
        order.save()
    return order


def change_standing_order(
    *,
    customer_id: UUID,
    standing_order_id: UUID,
    points: int | None = None,
    state: StandingState | None = None,
) -> StandingOrder:
    """Have it give otherwise, or pause, go on, stop. Raises StandingOrderUnknown, DonationInvalid,
    GivingNotOffered, StateConflict."""
    with db.transaction():
        order = _lock(customer_id, standing_order_id)
        if points is not None:
            worth_of(order.charity, points)
            order.points = points
        if state is not None and state is not order.state:
            order.move_to(state)
            is_active = state is StandingState.ACTIVE
            order.next_on = policies.next_monthly(order.day, _today(order.region)) if is_active else None
        order.save()
    return order


def stop_all_of(customer_id: UUID) -> None:
    """The customer is forgotten."""
    with db.transaction():
        theirs = StandingOrder.objects.filter(customer_id=customer_id).select_for_update(no_key=True)
        for order in theirs.exclude(state_name=StandingState.STOPPED.value).order_by("pk"):
            order.move_to(StandingState.STOPPED)
            order.next_on = None
            order.save()


def give_what_is_due(*, at_once: int = AT_ONCE) -> int:
    """Give for some of the standing orders whose day has come; how many were looked at. Each is in a
    transaction of its own: what one cannot give stops none of the others."""
    looked = 0
    for region in regions.all():
        today = _today(region.code)
        due = StandingOrder.objects.filter(
            region=region.code, state_name=StandingState.ACTIVE.value, next_on__lte=today
        )
        for order_id in due.order_by("next_on", "pk").values_list("pk", flat=True)[:at_once]:
            _give_one(order_id, today)
            looked += 1
    return looked


def _give_one(order_id: UUID, today: date) -> None:
    try:
        with db.transaction():
            order = _due(order_id, today)
            if order is not None and not order.charity.active:
                raise CharityUnknown(charity_id=order.charity_id)
            if order is not None:
                give_standing(order, worth_of(order.charity, order.points))
                _go_on(order, today)
                order.save()
    except InsufficientPoints as short:
        _skip(order_id, today, short.code, available=short.available)
    except (CharityUnknown, GivingNotOffered, DonationInvalid, TooFast, WalletUnderReview) as refusal:
        log.warning("standing_order_not_given", order=str(order_id), code=refusal.code)
        _skip(order_id, today, refusal.code)


def _skip(order_id: UUID, today: date, reason: str, *, available: int = 0) -> None:
    """The customer is told, and the next month is tried again."""
    with db.transaction():
        order = _due(order_id, today)
        if order is None:
            return
        _go_on(order, today)
        order.skipped_on = today
        told = StandingOrderSkipped(
            standing_order_id=order.id,
            customer_id=order.customer_id,
            charity_id=order.charity_id,
            points=order.points,
            available=available,
            reason=reason,
        )
        publish(order, told, saving=("next_on", "skipped_on"))


def _go_on(order: StandingOrder, today: date) -> None:
    """A month that was missed while nothing ran is not given twice as much in the next."""
    order.next_on = policies.next_monthly(order.day, today)
    order.skipped_on = None


def _due(order_id: UUID, today: date) -> StandingOrder | None:
    order = StandingOrder.lock(order_id)
    is_due = order.state is StandingState.ACTIVE and order.next_on is not None and order.next_on <= today
    return order if is_due else None


def _lock(customer_id: UUID, order_id: UUID) -> StandingOrder:
    try:
        order = StandingOrder.lock(order_id)
    except StandingOrder.DoesNotExist:
        raise StandingOrderUnknown(standing_order_id=order_id) from None
    if order.customer_id != customer_id:
        raise StandingOrderUnknown(standing_order_id=order_id)
    return order


def _today(region: str) -> date:
    rules = regions.get(region)
    return rules.local(clock.now()).date()
