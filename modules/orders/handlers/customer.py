"""What becomes of a customer's orders when the customer is forgotten."""

from __future__ import annotations

from modules.identity.events import CustomerErased
from modules.orders.models import Order
from tiffin.log import on


@on(CustomerErased)
def forget_where_they_live(event: CustomerErased) -> None:
    """The sealed addresses opened with the key that is gone; the coarse points go as well."""
    Order.objects.filter(customer_id=event.customer_id).update(dropoff_lat=None, dropoff_lon=None, sealed="")
