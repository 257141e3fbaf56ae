"""Stopping an order: by its customer while the region's policy allows it, by staff until it is over."""

from __future__ import annotations

from uuid import UUID

from modules.orders.interface import CancellationRefused
from modules.orders.models import Order
from modules.orders.policies import Canceller
from modules.orders.selectors.cancelling import may_cancel, split_for
from modules.orders.services.compensation import give_up
from modules.orders.services.keeping import keep_fee
from modules.orders.services.locking import lock_order, lock_order_of
from modules.orders.services.recording import record
from tiffin import db


def cancel_order(*, customer_id: UUID, order_id: UUID) -> Order:
    """The customer changes their mind. An order that was given up already stays so.

    Raises OrderUnknown (also for another customer's), CancellationRefused.
    """
    with db.transaction():
        order = lock_order_of(customer_id, order_id)
        _cancel(order, Canceller.CUSTOMER, note="")
    return order


def cancel_order_by_staff(*, order_id: UUID, note: str) -> Order:
    """Staff stop an order; `note` is a code for the timeline. Raises OrderUnknown, CancellationRefused."""
    with db.transaction():
        order = lock_order(order_id)
        _cancel(order, Canceller.STAFF, note=note)
    return order


def _cancel(order: Order, by: Canceller, *, note: str) -> None:
    if order.cancel_reason == by.value:
        return
    if not may_cancel(order, by):
        raise CancellationRefused(order_status=order.status.value.replace("_", " "))
    keep_fee(order, by, split_for(order, by))
    cancelled = give_up(order, reason=by.value, by=by.value, note=note)
    record(order, cancelled, cause="cancel_order")
