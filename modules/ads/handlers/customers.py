"""What customers do and are, as far as it concerns ads."""

from __future__ import annotations

from collections.abc import Sequence

from modules.ads.services import attributing, forgetting, habits, measuring
from modules.ads.services.habits import Visit
from modules.identity.events import CustomerErased
from modules.orders.events import OrderCancelled, OrderPlaced
from modules.subscriptions.events import MembershipChanged
from tiffin.log import Event, Subscriber, current_events, on, on_batch

CUSTOMERS = Subscriber("ads.customers")


@on_batch(OrderPlaced, by=CUSTOMERS)
def learn_orders(events: Sequence[Event]) -> None:
    """What those like who agreed to it, which ads brought the orders, and what came without any."""
    orders = [
        Visit(
            viewer_id=event.customer_id,
            restaurant_id=event.restaurant_id,
            region=record.region or "",
            at=event.placed_at,
            minor=event.total.amount,
            order_id=event.order_id,
        )
        for event, record in zip(events, current_events(), strict=True)
        if isinstance(event, OrderPlaced)
    ]
    habits.learn(orders)
    attributing.attribute(orders)
    measuring.count_orders(orders)


@on(OrderCancelled, by=CUSTOMERS)
def order_cancelled(event: OrderCancelled) -> None:
    """What will not be delivered costs no advertiser anything."""
    attributing.take_back(event.order_id)
    measuring.take_back_order(event.order_id)


@on_batch(MembershipChanged, by=CUSTOMERS)
def learn_memberships(events: Sequence[Event]) -> None:
    """Until when somebody is a member: the last that was told of them."""
    told = {
        event.customer_id: event.access_until if event.benefits else ""
        for event in events
        if isinstance(event, MembershipChanged)
    }
    habits.learn_memberships(told)


@on(CustomerErased, by=CUSTOMERS)
def customer_erased(event: CustomerErased) -> None:
    forgetting.forget(event.customer_id)
