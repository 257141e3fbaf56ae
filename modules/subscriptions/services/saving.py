"""What memberships have saved their customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from modules.subscriptions.models import Membership, Saving
from tiffin import db
from tiffin.money import Money


class Saved(NamedTuple):
    """What an order was less, and for whom."""

    order_id: UUID
    customer_id: UUID
    amount: Money
    at: datetime


@db.transaction_required
def note_savings(saved: Sequence[Saved]) -> None:
    """Of each the customer's newest membership paid in that money; an order counts once."""
    rows = Membership.objects.filter(customer_id__in={each.customer_id for each in saved}).order_by("pk")
    members: dict[tuple[UUID, str], Membership] = {}
    for member in rows.select_related("plan", "version_of__plan"):
        members[member.customer_id, member.version_of.phases[-1].price.currency] = member
    db.insert(
        *(
            Saving(
                order_id=each.order_id,
                membership=member,
                amount=each.amount.amount,
                currency=each.amount.currency,
                at=each.at,
            )
            for each in saved
            if (member := members.get((each.customer_id, each.amount.currency))) is not None
        ),
        unless_taken=("order_id",),
    )


@db.transaction_required
def undo_saving(order_id: UUID, *, at: datetime) -> None:
    """All that was paid for the order went back."""
    Saving.objects.filter(pk=order_id, undone_at=None).update(undone_at=at)
