"""What was given on top of orders is payable to charities, and refunds take it back."""

from __future__ import annotations

from collections.abc import Sequence

from modules.identity.events import CustomerErased
from modules.orders.events import OrderDelivered, OrderRefunded
from modules.rewards import services
from modules.rewards.services.giving import RoundUp, TakenBack
from tiffin.log import Event, Subscriber, current_events, on, on_batch

# Nobody waits for it: a second later, and many together.
GIVING = Subscriber("rewards.giving", nudged=False)


@on_batch(OrderDelivered, OrderRefunded, by=GIVING)
def given_with_orders(events: Sequence[Event]) -> None:
    """Deliveries first: a refund of the same batch is of an order that is there."""
    services.give_with_orders(
        round_ups=[
            RoundUp(event.order_id, event.customer_id, event.charity_id, event.donation)
            for event in events
            if isinstance(event, OrderDelivered) and event.charity_id and event.donation
        ],
        refunds=[
            TakenBack(event.refund_id or record.event_id, event.order_id, event.donation)
            for event, record in zip(events, current_events(), strict=True)
            if isinstance(event, OrderRefunded) and event.donation
        ],
    )


@on(CustomerErased, by=GIVING)
def customer_erased(event: CustomerErased) -> None:
    """What they gave stays given."""
    services.stop_all_of(event.customer_id)
