"""What rewards reports of the points of an order; what it is asked for it answers at once."""

from __future__ import annotations

from modules.orders.models.order import lock_if_known
from modules.orders.services.points import lapse_points
from modules.rewards.events import PointsHoldLapsed
from tiffin.log import on


@on(PointsHoldLapsed)
def points_hold_lapsed(event: PointsHoldLapsed) -> None:
    """Nobody ended the hold in time: its points are the customer's again."""
    order = lock_if_known(event.order_id)
    if order is not None and order.hold_id == event.hold_id:
        lapse_points(order)
