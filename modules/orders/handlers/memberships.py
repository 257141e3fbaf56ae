"""Keeps what customers' memberships bring them fresh."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from modules.orders.models import KnownMembership
from modules.subscriptions.events import MembershipChanged
from tiffin import db
from tiffin.log import Recorded, Subscriber, current_events, on_batch


def forget_memberships() -> None:
    """Empty what was learned, so that it can be learned again from the log."""
    KnownMembership.objects.all().delete()


MEMBERSHIPS = Subscriber("orders.memberships", reset=forget_memberships, copies=(KnownMembership,))


_KEEP = """
INSERT INTO orders_knownmembership
    (id, customer_id, region, valid_in, benefits, title, since, access_until)
SELECT id, customer_id, region, valid_in, benefits, title, since, access_until
FROM json_populate_recordset(NULL::orders_knownmembership, %(rows)s::json)
ON CONFLICT (id) DO UPDATE SET valid_in = excluded.valid_in, benefits = excluded.benefits,
    title = excluded.title, access_until = excluded.access_until
RETURNING 1
"""


@on_batch(MembershipChanged, by=MEMBERSHIPS)
def learn_memberships(events: Sequence[MembershipChanged]) -> None:
    """The last that was told of each membership, which is what the events are about; and since when it brings
    something without a break."""
    known: dict[UUID, dict[str, Any] | None] = {}
    broken: set[UUID] = set()
    for event, record in zip(events, current_events(), strict=True):
        before = known.get(record.key)
        known[record.key] = _known(event, record, since=before["since"] if before else record.occurred_at)
        if known[record.key] is None:
            broken.add(record.key)
    if broken:
        KnownMembership.objects.filter(pk__in=broken).delete()
    kept = [row for row in known.values() if row is not None]
    if kept:
        db.select(_KEEP, rows=msgspec.json.encode(kept).decode())


def _known(event: MembershipChanged, record: Recorded, *, since: datetime) -> dict[str, Any] | None:
    """None when it brings nothing."""
    if not event.access_until or not event.benefits:
        return None
    return {
        "id": record.key,
        "customer_id": event.customer_id,
        "region": record.region or "",
        "valid_in": event.valid_in,
        "benefits": event.benefits,
        "title": event.title,
        "since": since,
        "access_until": event.access_until,
    }
