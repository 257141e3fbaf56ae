"""The order is secured: whoever is to cook it is asked next."""

from __future__ import annotations

from modules.orders.events import OrderConfirmed
from modules.orders.interface import OrderState, PaymentState
from modules.orders.models import Order
from modules.orders.selectors.slots import offer_at
from tiffin import clock, db, jobs
from tiffin.money import Money


@db.transaction_required
def confirm(order: Order, amount: Money, *, note: str = "") -> OrderConfirmed:
    """The money is held, or there is none to hold: the restaurant is asked, about an order for later in time
    for it. `record` the order with the event this returns."""
    order.move(payment=PaymentState.AUTHORISED, order=OrderState.CONFIRMED, note=note)
    order.confirmed_at = clock.now()
    jobs.add(order, "offer_to_restaurant", due=offer_at(order) or clock.now())
    return OrderConfirmed(
        order_id=order.id,
        customer_id=order.customer_id,
        restaurant_id=order.restaurant_id,
        total=amount,
    )
