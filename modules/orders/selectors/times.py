"""How long things may take, and until when customers may still say something about an order."""

from __future__ import annotations

from datetime import timedelta

from modules.orders.interface import OrderState, PaymentState
from modules.orders.models import Order, Rating
from tiffin import clock, regions

RATED_WITHIN = timedelta(days=30)


def time_for(order: Order, setting: str) -> timedelta:
    """What the region's `timeouts.<setting>` was on the day on which the order was placed."""
    region = regions.get(order.region)
    seconds = region.setting(f"timeouts.{setting}", int, on=region.local(order.created_at).date())
    return timedelta(seconds=seconds)


def claim_obstacle(order: Order) -> str:
    """Why nothing can be claimed about the order, as a sentence for its customer; empty when it can."""
    axes = order.axes
    if axes.order is not OrderState.COMPLETED or order.delivered_at is None:
        return "Only an order that was delivered can be claimed about; this one was not."
    if order.was_not_fetched:
        return "Nobody fetched this order, so that nothing can be said about what was in it."
    if axes.payment is not PaymentState.CAPTURED:
        return "The order has not been charged, so that nothing can be given back."
    if clock.now() > order.delivered_at + time_for(order, "claim_seconds"):
        return "It is too late to claim about this order; please write to our support."
    return ""


def rating_obstacle(order: Order, rating: Rating | None) -> str:
    """Why the order cannot be rated, as a sentence for its customer; empty when it can. `rating` is the one
    that it has already."""
    if order.axes.order is not OrderState.COMPLETED or order.delivered_at is None:
        return "Only an order that was delivered can be rated; this one was not."
    if order.was_not_fetched:
        return "Nobody fetched this order, so that it cannot be rated."
    if clock.now() > order.delivered_at + RATED_WITHIN:
        return f"Orders can be rated for {RATED_WITHIN.days} days."
    if rating is not None:
        return "You have rated this order already. Thank you!"
    return ""
