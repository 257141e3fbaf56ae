"""What happens on the counter when nobody does anything."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants import services
from tiffin.jobs import deadline, job


@deadline("ticket_overdue")
def ticket_overdue(order_id: UUID) -> None:
    """A ticket has not moved in time."""
    services.overdue(order_id=order_id)


@job("busy_over")
def busy_over(restaurant_id: UUID) -> None:
    """A restaurant is as quick as usual again."""
    services.end_busy(restaurant_id=restaurant_id)
