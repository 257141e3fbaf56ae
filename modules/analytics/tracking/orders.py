"""What is told of orders: as Segment's "Core Ordering" has it (spec/ecommerce/v2). `affiliation` is the
restaurant. An order is completed, as shops say, when it is placed; one whose payment fails is cancelled
then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from modules.analytics.kinds import (
    ORDER_CANCELLED,
    ORDER_COMPLETED,
    ORDER_DELIVERED,
    ORDER_REFUNDED,
    Tracked,
)
from modules.analytics.tracking.telling import each, main_units, tell
from modules.orders.events import OrderCancelled, OrderDelivered, OrderedItem, OrderPlaced, OrderRefunded
from tiffin.log import Recorded
from tiffin.money import Money


def placed(event: OrderPlaced, record: Recorded) -> Iterator[Tracked]:
    properties = {
        **_of(event.order_id, event.restaurant_id),
        **_total(event.total),
        "products": [_product(item) for item in event.items],
    }
    yield tell(ORDER_COMPLETED, record, event.customer_id, properties)


def delivered(event: OrderDelivered, record: Recorded) -> Iterator[Tracked]:
    properties = {
        **_of(event.order_id, event.restaurant_id),
        **_total(event.total),
        "goods": main_units(event.goods) if event.goods else None,
        "points": event.points or None,
        "donation": main_units(event.donation) if event.donation else None,
        "saved_by_membership": main_units(event.saved_by_membership) if event.saved_by_membership else None,
    }
    yield tell(ORDER_DELIVERED, record, event.customer_id, properties)


def cancelled(event: OrderCancelled, record: Recorded) -> Iterator[Tracked]:
    properties = {
        **_of(event.order_id, event.restaurant_id),
        "reason": event.reason,
        "cancelled_by": event.by,
    }
    yield tell(ORDER_CANCELLED, record, event.customer_id, properties)


def refunded(event: OrderRefunded, record: Recorded) -> Iterator[Tracked]:
    """Where neither money nor points went back, nothing was refunded."""
    if event.amount or event.points:
        properties = {
            "order_id": str(event.order_id),
            "refund_id": str(event.refund_id) if event.refund_id else None,
            **_total(event.amount),
            "points": event.points or None,
            "reason": event.reason or None,
        }
        yield tell(ORDER_REFUNDED, record, event.customer_id, properties)


def _of(order_id: UUID, restaurant_id: UUID) -> dict[str, Any]:
    return {"order_id": str(order_id), "affiliation": str(restaurant_id)}


def _total(total: Money) -> dict[str, Any]:
    return {"total": main_units(total), "currency": total.currency}


def _product(item: OrderedItem) -> dict[str, Any]:
    """`price` is that of one, options included, before discounts."""
    return {
        "product_id": str(item.item_id),
        "name": item.title,
        "price": each(item.total, item.quantity),
        "quantity": item.quantity,
    }
