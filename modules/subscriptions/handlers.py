"""What payments tells of charges, and of orders' payments, which are not looked at."""

from __future__ import annotations

from collections.abc import Sequence

from modules.payments.events import (
    PaymentActionRequired,
    PaymentCaptured,
    PaymentDeclined,
    PaymentFailed,
    PaymentStep,
    PaymentVoided,
)
from modules.subscriptions.services.outcomes import ACTION, CAPTURED, DECLINED, FAILED, Heard, record
from tiffin.log import Event, on_batch


@on_batch(PaymentCaptured, PaymentActionRequired, PaymentDeclined, PaymentFailed, PaymentVoided)
def charges_told(events: Sequence[Event]) -> None:
    """Each in its place; a refund that failed is staff's with payments."""
    record([heard for event in events if (heard := _heard(event)) is not None])


def _heard(event: Event) -> Heard | None:
    match event:
        case PaymentCaptured():
            return Heard(event.order_id, event.payment_id, CAPTURED)
        case PaymentActionRequired():
            return Heard(event.order_id, event.payment_id, ACTION, action_url=event.action_url)
        case PaymentDeclined():
            return Heard(event.order_id, event.payment_id, DECLINED, event.reason)
        case PaymentFailed() if event.step is not PaymentStep.REFUND:
            return Heard(event.order_id, event.payment_id, FAILED, event.reason)
        case PaymentVoided():
            return Heard(event.order_id, event.payment_id, FAILED, "voided")
    return None
