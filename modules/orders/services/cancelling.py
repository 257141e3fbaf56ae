"""Stopping an order: by its customer while the region's policy allows it, by staff until it is over."""

from __future__ import annotations

from uuid import UUID

from modules.orders.interface import CancellationChanged, CancellationRefused
from modules.orders.models import Order
from modules.orders.policies import Canceller
from modules.orders.selectors.cancelling import kept_of, may_cancel, preview, split_for
from modules.orders.services.compensation import give_up
from modules.orders.services.keeping import keep_fee
from modules.orders.services.locking import lock_order, lock_order_of
from modules.orders.services.recording import record
from tiffin import db


def cancel_order(*, customer_id: UUID, order_id: UUID, keeps: int | None = None) -> Order:
    """The customer changes their mind. An order that was given up already stays so. `keeps`: what a preview
    said that is kept, in minor units; None of who has not looked.

    Raises OrderUnknown (also for another customer's), CancellationRefused, CancellationChanged when something
    else would be kept.
    """
    with db.transaction():
        order = lock_order_of(customer_id, order_id)
        _cancel(order, Canceller.CUSTOMER, note="", keeps=keeps)
    return order


def cancel_order_by_staff(*, order_id: UUID, note: str, keeps: int | None = None) -> Order:
    """Staff stop an order; `note` is a code for the timeline, `keeps` as above. Raises OrderUnknown,
    CancellationRefused, CancellationChanged."""
    with db.transaction():
        order = lock_order(order_id)
        _cancel(order, Canceller.STAFF, note=note, keeps=keeps)
    return order


def _cancel(order: Order, by: Canceller, *, note: str, keeps: int | None) -> None:
    if order.cancel_reason == by.value:
        return
    if not may_cancel(order, by):
        raise CancellationRefused(order_status=order.status.value.replace("_", " "))
    parted = split_for(order, by)
    kept = kept_of(order, parted)
    if keeps not in {None, kept}:
        raise CancellationChanged(keeps=order.money(kept), preview=preview(order, by))
    keep_fee(order, by, parted)
    cancelled = give_up(order, reason=by.value, by=by.value, note=note)
    record(order, cancelled, cause="cancel_order")
