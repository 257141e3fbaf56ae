"""The customer has the food."""

from __future__ import annotations

from modules.orders.events import OrderDelivered
from modules.orders.interface import OrderState, PaymentState, PointsState
from modules.orders.models import Order
from tiffin import clock, db, jobs


@db.transaction_required
def complete(order: Order, *, note: str = "") -> OrderDelivered:
    """The order has reached its end; `record` with the event this returns. Unpaid it earns nothing, and
    nothing was given on top of it."""
    order.delivered_at = clock.now()
    order.move(order=OrderState.COMPLETED, note=note)
    if order.axes.points is PointsState.HELD:
        order.move(points=PointsState.SPENDING)
        jobs.add(order, "spend_points", due=clock.now())
    paid = order.axes.payment is not PaymentState.FAILED
    return OrderDelivered(
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        courier_id=order.courier_id,
        total=order.money(order.total),
        delivered_at=order.delivered_at,
        goods=order.money(order.goods) if paid else None,
        points=order.points if order.axes.points is PointsState.SPENDING else 0,
        donation=order.money(order.donation) if paid and order.donation else None,
        charity_id=order.charity_id,
        saved_by_membership=order.money(order.member_saving) if order.member_saving else None,
    )
