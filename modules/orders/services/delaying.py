"""The kitchen needs longer than it said."""

from __future__ import annotations

from datetime import datetime

from modules.orders.interface import OrderState, VendorState
from modules.orders.models import Order
from modules.orders.models.order import Move
from modules.orders.services.recording import record
from tiffin import db


@db.transaction_required
def delay_food(order: Order, *, ready_at: datetime, reason: str = "", cause: str = "") -> None:
    """Expect a locked order's food at another time, and say so on its timeline. What is over, ready or gone
    stays as it is, and so does what is said twice. `cause` as for `record`."""
    cooking = order.axes.order is OrderState.ACCEPTED and order.axes.vendor is VendorState.ACCEPTED
    if not cooking or order.ready_at == ready_at:
        return
    order.ready_at = ready_at
    state = order.vendor_state
    order.moves.append(Move("vendor", state, state, order.axes, reason[:64] or "delayed"))
    record(order, cause=cause)
