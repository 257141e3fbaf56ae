"""What payments does when others report."""

from __future__ import annotations

from modules.identity.events import CustomerErased
from modules.payments import services
from tiffin.log import on


@on(CustomerErased)
def forget_their_cards(event: CustomerErased) -> None:
    """No card of somebody who is forgotten is kept, here or at the provider."""
    services.forget_customer(customer_id=event.customer_id)
