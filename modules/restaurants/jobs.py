"""What happens on the counter when nobody does anything."""

from __future__ import annotations

from uuid import UUID

from modules.restaurants import services
from tiffin.jobs import deadline


@deadline("ticket_overdue")
def ticket_overdue(order_id: UUID) -> None:
    """A ticket has not moved in time."""
    services.overdue(order_id=order_id)
