"""Whoever is erased is forgotten here, and at the sinks."""

from __future__ import annotations

from modules.analytics.services import forget_customer
from modules.identity.events import CustomerErased
from tiffin.log import on


@on(CustomerErased)
def customer_erased(event: CustomerErased) -> None:
    forget_customer(event.customer_id)
