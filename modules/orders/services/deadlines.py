"""What an order waits for, and until when: every state that is not final has an answer here."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from modules.orders.interface import CourierState, OrderState, PaymentState
from modules.orders.models import Order
from modules.orders.selectors.slots import offer_at
from modules.orders.selectors.times import time_for
from modules.orders.states import is_final


class Deadline(NamedTuple):
    """The deadline `name` (see `jobs`) happens at `due` unless the order moves on."""

    name: str
    due: datetime


def deadline_of(order: Order) -> Deadline | None:
    """What the order waits for as it stands; None once nothing is awaited any more."""
    axes = order.axes
    if is_final(axes):
        return None
    if axes.order is OrderState.PLACED:
        if axes.payment is PaymentState.ACTION_REQUIRED:
            return _within(order, "payment_overdue", order.changed_at, "action_seconds")
        return _within(order, "payment_overdue", order.created_at, "payment_seconds")
    if axes.order is OrderState.CONFIRMED:
        asked_at = max(filter(None, (order.confirmed_at, offer_at(order))), default=None)
        return _within(order, "restaurant_overdue", asked_at, "restaurant_accept_seconds")
    if axes.order is OrderState.ACCEPTED:
        return _of_accepted(order, axes.courier)
    return _within(order, "settlement_overdue", order.changed_at, "payment_seconds")


def _of_accepted(order: Order, courier: CourierState) -> Deadline:
    if order.is_fetched:
        ready_at = max(filter(None, (order.ready_at, order.wanted_at)), default=None)
        return _within(order, "fetching_overdue", ready_at, "pickup_seconds")
    if courier is CourierState.PICKED_UP:
        return _within(order, "drop_off_overdue", order.picked_up_at, "delivery_seconds")
    collected_by = _collected_by(order)
    if courier is CourierState.ASSIGNED:
        return collected_by
    # A search that begins again, because a courier did not come, has no more time than there is in all.
    found_by = _within(order, "courier_overdue", order.courier_wanted_at, "courier_search_seconds")
    return min(found_by, collected_by, key=lambda deadline: deadline.due)


def _collected_by(order: Order) -> Deadline:
    """As long as food takes from its acceptance on. Food that is due later than that waits for a courier, and
    for another one when that does not come."""
    usually = _within(order, "collection_overdue", order.accepted_at, "preparation_seconds")
    if order.ready_at is None:
        return usually
    for_couriers = time_for(order, "courier_pickup_seconds") + time_for(order, "courier_search_seconds")
    return Deadline(usually.name, max(usually.due, order.ready_at + for_couriers))


def _within(order: Order, name: str, since: datetime | None, setting: str) -> Deadline:
    return Deadline(name, (since or order.created_at) + time_for(order, setting))
