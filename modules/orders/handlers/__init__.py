"""What orders does when others report. Each handler runs in one transaction of orders and calls nobody."""

from modules.orders.handlers import (
    benefits,
    courier,
    customer,
    memberships,
    payment,
    points,
    restaurant,
    vendor,
)

__all__ = ["benefits", "courier", "customer", "memberships", "payment", "points", "restaurant", "vendor"]
