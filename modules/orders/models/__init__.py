"""The tables of orders: the order and its parts, refunds, promotions, what is known, and figures."""

from modules.orders.models.chargeback import Chargeback
from modules.orders.models.figure import Figure, FigurePlace
from modules.orders.models.known import (
    KnownBenefits,
    KnownMembership,
    KnownMenu,
    KnownRestaurant,
    KnownUnavailable,
)
from modules.orders.models.order import Order, OrderComponent, OrderLine
from modules.orders.models.promotion import Promotion, PromotionBudget, PromotionUse
from modules.orders.models.rating import Rating, RestaurantRating
from modules.orders.models.receipt import Receipt, ReceiptSeries
from modules.orders.models.refund import CancellationFee, Claim, Evidence, Refund
from modules.orders.models.slot import SlotUse
from modules.orders.models.timeline import TimelineEntry

__all__ = [
    "CancellationFee",
    "Chargeback",
    "Claim",
    "Evidence",
    "Figure",
    "FigurePlace",
    "KnownBenefits",
    "KnownMembership",
    "KnownMenu",
    "KnownRestaurant",
    "KnownUnavailable",
    "Order",
    "OrderComponent",
    "OrderLine",
    "Promotion",
    "PromotionBudget",
    "PromotionUse",
    "Rating",
    "Receipt",
    "ReceiptSeries",
    "Refund",
    "RestaurantRating",
    "SlotUse",
    "TimelineEntry",
]
