"""Delivered orders earn, refunds take back: written down a batch at a time, and reckoned by a job."""

from __future__ import annotations

from collections.abc import Sequence

from modules.identity.events import CustomerErased
from modules.orders.events import OrderDelivered, OrderRefunded
from modules.rewards.models import Earning, EarningRefund
from modules.rewards.services.earning import note_deliveries
from modules.rewards.services.forgetting import note_forgotten
from modules.rewards.services.taking_back import note_refunds
from tiffin import clock
from tiffin.log import Event, Recorded, Subscriber, current_event, current_events, on, on_batch

# Points are reckoned seconds later, and what is written down together costs little more than one.
EARNING = Subscriber("rewards.earning", nudged=False)


@on_batch(OrderDelivered, OrderRefunded, by=EARNING)
def happened(events: Sequence[Event]) -> None:
    """Deliveries first: a refund of the same batch is of an order that is there."""
    both = list(zip(events, current_events(), strict=True))
    note_deliveries(
        [
            _earning(event, record)
            for event, record in both
            if isinstance(event, OrderDelivered) and event.goods is not None and event.goods.amount > 0
        ]
    )
    note_refunds(
        [
            _refund(event, record)
            for event, record in both
            if isinstance(event, OrderRefunded) and event.goods is not None and event.goods.amount > 0
        ]
    )


def _earning(event: OrderDelivered, record: Recorded) -> Earning:
    return Earning(
        id=event.order_id,
        customer_id=event.customer_id,
        region=record.region or "",
        restaurant_id=event.restaurant_id,
        goods=event.goods.amount if event.goods else 0,
        delivered_at=event.delivered_at,
        due_at=clock.now(),
    )


def _refund(event: OrderRefunded, record: Recorded) -> EarningRefund:
    """An event of before refunds had ids is its own."""
    return EarningRefund(
        id=event.refund_id or record.event_id,
        earning_id=event.order_id,
        goods=event.goods.amount if event.goods else 0,
    )


@on(CustomerErased, by=EARNING)
def customer_erased(event: CustomerErased) -> None:
    note_forgotten(event.customer_id, region=current_event().region or "")
