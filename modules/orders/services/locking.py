"""Locking the order that somebody asks about."""

from __future__ import annotations

from uuid import UUID

from modules.orders.interface import OrderUnknown
from modules.orders.models import Order
from modules.orders.models.order import lock_if_known
from tiffin import db


@db.transaction_required
def lock_order(order_id: UUID) -> Order:
    """Raises OrderUnknown."""
    order = lock_if_known(order_id)
    if order is None:
        raise OrderUnknown()
    return order


@db.transaction_required
def lock_order_of(customer_id: UUID, order_id: UUID) -> Order:
    """The customer's own order; another's is unknown. Raises OrderUnknown."""
    order = lock_order(order_id)
    if order.customer_id != customer_id:
        raise OrderUnknown()
    return order
