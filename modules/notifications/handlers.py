"""What happened to orders becomes messages, a batch of events at a time; an erased customer hears no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from modules.identity.events import CustomerErased
from modules.notifications.kinds import (
    ACCEPTED,
    CANCELLED,
    CLAIM_DECIDED,
    CONFIRMED,
    DELIVERED,
    FEEDBACK,
    REFUNDED,
    Kind,
)
from modules.notifications.services import Told, forget_customer, tell
from modules.orders.events import (
    ClaimDecided,
    OrderAccepted,
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderRefunded,
)
from tiffin.log import current_events, on, on_batch


@on_batch(OrderConfirmed)
def order_confirmed(events: Sequence[OrderConfirmed]) -> None:
    _tell(CONFIRMED, [(e.customer_id, e.order_id, {"total": str(e.total)}) for e in events])


@on_batch(OrderAccepted)
def order_accepted(events: Sequence[OrderAccepted]) -> None:
    _tell(ACCEPTED, [(e.customer_id, e.order_id, {"ready_at": e.ready_at.isoformat()}) for e in events])


@on_batch(OrderDelivered)
def order_delivered(events: Sequence[OrderDelivered]) -> None:
    told = [(e.customer_id, e.order_id, {"total": str(e.total)}) for e in events]
    _tell(DELIVERED, told)
    _tell(FEEDBACK, told)


@on_batch(OrderCancelled)
def order_cancelled(events: Sequence[OrderCancelled]) -> None:
    _tell(CANCELLED, [(e.customer_id, e.order_id, {"reason": e.reason}) for e in events])


@on_batch(OrderRefunded)
def order_refunded(events: Sequence[OrderRefunded]) -> None:
    _tell(REFUNDED, [(e.customer_id, e.order_id, {"amount": str(e.amount)}) for e in events])


@on_batch(ClaimDecided)
def claim_decided(events: Sequence[ClaimDecided]) -> None:
    _tell(
        CLAIM_DECIDED,
        [
            (
                e.customer_id,
                e.order_id,
                {"granted": str(e.granted) if e.granted else "", "state": e.state.value},
            )
            for e in events
        ],
    )


@on(CustomerErased)
def customer_erased(event: CustomerErased) -> None:
    forget_customer(event.customer_id)


def _tell(kind: Kind, told: list[tuple[UUID, UUID, dict[str, Any]]]) -> None:
    tell(
        kind,
        [
            Told(
                event_id=record.event_id,
                happened_at=record.occurred_at,
                region=record.region or "",
                customer_id=c,
                order_id=o,
                facts=facts,
            )
            for record, (c, o, facts) in zip(current_events(), told, strict=True)
        ],
    )
