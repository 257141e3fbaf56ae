"""Reading orders, and what is known of the restaurants."""

from modules.orders.selectors.books import money, placed
from modules.orders.selectors.orders import (
    get_many,
    get_order,
    list_for_customer,
    may_cancel,
    timeline,
    view_of,
)

__all__ = [
    "get_many",
    "get_order",
    "list_for_customer",
    "may_cancel",
    "money",
    "placed",
    "timeline",
    "view_of",
]
