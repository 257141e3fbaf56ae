"""Nobody sends points to a customer who was forgotten."""

from __future__ import annotations

from modules.identity.events import CustomerErased
from modules.rewards.services.standing import forget_code
from tiffin.log import Subscriber, current_event, on

STANDING = Subscriber("rewards.standing", nudged=False)


@on(CustomerErased, by=STANDING)
def customer_erased(event: CustomerErased) -> None:
    forget_code(event.customer_id, region=current_event().region or "")
