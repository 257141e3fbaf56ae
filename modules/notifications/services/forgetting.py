"""What becomes of messages and endpoints in the end."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from modules.notifications.models import Browser, Message, Preference, State, Webhook
from tiffin import clock, db

KEPT = timedelta(days=90)
AT_ONCE = 5000


@db.transaction_required
def forget_customer(customer_id: UUID) -> None:
    """Nothing is sent to them any more, and nothing is known of where they heard it."""
    for model in (Browser, Webhook, Preference):
        model.objects.filter(customer_id=customer_id).delete()
    waiting = Message.objects.filter(customer_id=customer_id, state=State.WAITING)
    waiting.update(state=State.DROPPED, cause="the customer was forgotten")


def forget_messages() -> None:
    """Delete what is older than it is kept, so many at a time."""
    while True:
        old = Message.objects.filter(created_at__lt=clock.now() - KEPT).order_by("created_at")
        with db.transaction():
            deleted, _ = Message.objects.filter(
                pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])
            ).delete()
        if deleted < AT_ONCE:
            return
