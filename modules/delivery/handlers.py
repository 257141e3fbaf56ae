"""What delivery does when others report."""

from __future__ import annotations

from modules.delivery import services
from modules.identity.events import CustomerErased
from tiffin.log import on


@on(CustomerErased)
def forget_where_they_live(event: CustomerErased) -> None:
    """Neither the sealed address, which nobody can open any more, nor the point is kept."""
    services.forget_customer(customer_id=event.customer_id)
