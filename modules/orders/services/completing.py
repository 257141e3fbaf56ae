"""The customer has the food."""

from __future__ import annotations

from modules.orders.events import OrderDelivered
from modules.orders.interface import OrderState
from modules.orders.models import Order
from tiffin import clock, db


@db.transaction_required
def complete(order: Order, *, note: str = "") -> OrderDelivered:
    """The order has reached its end; `record` with the event this returns."""
    order.delivered_at = clock.now()
    order.move(order=OrderState.COMPLETED, note=note)
    return OrderDelivered(
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        courier_id=order.courier_id,
        total=order.money(order.total),
        delivered_at=order.delivered_at,
    )
