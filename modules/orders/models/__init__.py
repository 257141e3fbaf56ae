"""The tables of orders: the order and what belongs to it, promotions, what is known of the restaurants."""

from modules.orders.models.known import KnownMenu, KnownRestaurant, KnownUnavailable
from modules.orders.models.order import Order, OrderComponent, OrderLine, TimelineEntry
from modules.orders.models.promotion import Promotion, PromotionBudget, PromotionUse

__all__ = [
    "KnownMenu",
    "KnownRestaurant",
    "KnownUnavailable",
    "Order",
    "OrderComponent",
    "OrderLine",
    "Promotion",
    "PromotionBudget",
    "PromotionUse",
    "TimelineEntry",
]
