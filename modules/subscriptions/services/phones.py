"""Which customers have the same phone."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions.models import KnownPhone
from tiffin import db


@db.transaction_required
def know_phone(customer_id: UUID, mark: str) -> None:
    """As identity tells it; an empty mark is no phone."""
    if mark:
        KnownPhone.objects.update_or_create(customer_id=customer_id, defaults={"mark": mark})
    else:
        forget_phone(customer_id)


@db.transaction_required
def forget_phone(customer_id: UUID) -> None:
    """Of this customer."""
    KnownPhone.objects.filter(pk=customer_id).delete()


def forget_phones() -> None:
    """All of them, so that they can be learned again from the log."""
    KnownPhone.objects.all().delete()
