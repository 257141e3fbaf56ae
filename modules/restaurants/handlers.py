"""What restaurants do when others report."""

from __future__ import annotations

from modules.delivery.events import CourierPickedUp
from modules.restaurants import services
from tiffin.log import on


@on(CourierPickedUp)
def bag_collected(event: CourierPickedUp) -> None:
    """It left the counter."""
    services.collect(order_id=event.order_id)
