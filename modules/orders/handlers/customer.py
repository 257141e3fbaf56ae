"""What becomes of a customer's orders when the customer is forgotten."""

from __future__ import annotations

from uuid import UUID

from modules.identity.events import CustomerErased
from modules.orders.models import Claim, Evidence, Order, OrderLine, Rating
from modules.orders.services.compensation import give_up
from modules.orders.services.recording import record
from modules.orders.states import is_over
from tiffin.log import on


@on(CustomerErased)
def forget_where_they_live(event: CustomerErased) -> None:
    """What is still open is given up first: nobody could bring it. The sealed addresses and names opened with
    the key that is gone; the coarse points go as well, and what was written to kitchens, in claims and
    ratings, with the photos."""
    _give_up_open_orders(event.customer_id)
    Order.objects.filter(customer_id=event.customer_id).update(
        dropoff_lat=None, dropoff_lon=None, sealed="", note="", names=""
    )
    OrderLine.objects.filter(order__customer_id=event.customer_id).exclude(note="").update(note="")
    Rating.objects.filter(customer_id=event.customer_id).update(words="")
    Claim.objects.filter(customer_id=event.customer_id).update(words="", appeal="", answer="")
    Evidence.objects.filter(claim__customer_id=event.customer_id).delete()


def _give_up_open_orders(customer_id: UUID) -> None:
    orders = Order.objects.select_for_update(no_key=True).filter(customer_id=customer_id)
    for order in orders.order_by("pk"):
        if not is_over(order.axes):
            record(order, give_up(order, reason="customer_erased", by="identity"))
