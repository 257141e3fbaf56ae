"""Keeps what customers' memberships bring them fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from modules.orders.models import KnownMembership
from modules.subscriptions.events import MembershipChanged
from tiffin.log import Subscriber, current_events, on_batch


def forget_memberships() -> None:
    """Empty what was learned, so that it can be learned again from the log."""
    KnownMembership.objects.all().delete()


MEMBERSHIPS = Subscriber("orders.memberships", reset=forget_memberships, copies=(KnownMembership,))


@on_batch(MembershipChanged, by=MEMBERSHIPS)
def learn_memberships(events: Sequence[MembershipChanged]) -> None:
    """The last that was told of each membership, which is what the events are about."""
    last = {record.key: (event, record) for event, record in zip(events, current_events(), strict=True)}
    over = [key for key, (event, _) in last.items() if not event.access_until or not event.benefits]
    KnownMembership.objects.filter(pk__in=over).delete()
    KnownMembership.objects.bulk_create(
        [
            KnownMembership(
                id=key,
                customer_id=event.customer_id,
                region=record.region or "",
                valid_in=list(event.valid_in),
                benefits=msgspec.to_builtins(event.benefits),
                title=event.title,
                access_until=datetime.fromisoformat(event.access_until),
            )
            for key, (event, record) in last.items()
            if key not in over
        ],
        update_conflicts=True,
        unique_fields=("id",),
        update_fields=("valid_in", "benefits", "title", "access_until"),
    )
