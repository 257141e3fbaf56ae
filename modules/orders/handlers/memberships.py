"""Keeps what customers' memberships bring them fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from modules.orders.models import KnownMembership
from modules.subscriptions.events import MembershipChanged
from tiffin.log import Recorded, Subscriber, current_events, on_batch


def forget_memberships() -> None:
    """Empty what was learned, so that it can be learned again from the log."""
    KnownMembership.objects.all().delete()


MEMBERSHIPS = Subscriber("orders.memberships", reset=forget_memberships, copies=(KnownMembership,))


@on_batch(MembershipChanged, by=MEMBERSHIPS)
def learn_memberships(events: Sequence[MembershipChanged]) -> None:
    """The last that was told of each membership, which is what the events are about; and since when it brings
    something without a break."""
    known: dict[UUID, KnownMembership | None] = {}
    broken: set[UUID] = set()
    for event, record in zip(events, current_events(), strict=True):
        before = known.get(record.key)
        known[record.key] = _known(event, record, since=before.since if before else record.occurred_at)
        if known[record.key] is None:
            broken.add(record.key)
    KnownMembership.objects.filter(pk__in=broken).delete()
    KnownMembership.objects.bulk_create(
        filter(None, known.values()),
        update_conflicts=True,
        unique_fields=("id",),
        update_fields=("valid_in", "benefits", "title", "access_until"),
    )


def _known(event: MembershipChanged, record: Recorded, *, since: datetime) -> KnownMembership | None:
    """None when it brings nothing."""
    if not event.access_until or not event.benefits:
        return None
    return KnownMembership(
        id=record.key,
        customer_id=event.customer_id,
        region=record.region or "",
        valid_in=list(event.valid_in),
        benefits=msgspec.to_builtins(event.benefits),
        title=event.title,
        since=since,
        access_until=datetime.fromisoformat(event.access_until),
    )
