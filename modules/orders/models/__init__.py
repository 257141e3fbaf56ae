"""The tables of orders: the order with what belongs to it, and what is known of the restaurants."""

from modules.orders.models.known import KnownMenu, KnownRestaurant, KnownUnavailable
from modules.orders.models.order import Order, OrderComponent, OrderLine, TimelineEntry

__all__ = [
    "KnownMenu",
    "KnownRestaurant",
    "KnownUnavailable",
    "Order",
    "OrderComponent",
    "OrderLine",
    "TimelineEntry",
]
