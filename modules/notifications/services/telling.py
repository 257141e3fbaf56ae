"""What is to be told: one message for each event, kind, channel and target, however often the event comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from modules.notifications.kinds import STALE, Channel, Kind
from modules.notifications.models import Message
from tiffin import clock, db
from tiffin.dto import DTO


class Told(DTO):
    """An event about a customer, or an order of theirs, and what it is told as."""

    kind: Kind
    event_id: UUID
    happened_at: datetime
    region: str
    customer_id: UUID
    order_id: UUID | None
    facts: dict[str, Any]


@db.transaction_required
def tell(told: Sequence[Told]) -> None:
    """Keep the messages of these events to be sent; those that are there already stay as they are. Of what
    happened long ago nobody is told: a log may be read from its beginning, an event may have been held."""
    told = [each for each in told if clock.now() - each.happened_at <= STALE]
    targets = _targets({each.customer_id for each in told})
    messages = [
        Message(
            event_id=each.event_id,
            kind=each.kind.code,
            channel=channel.value,
            target=target,
            customer_id=each.customer_id,
            order_id=each.order_id,
            region=each.region,
            facts=each.facts,
        )
        for each in told
        for channel in each.kind.channels
        for target in ([""] if channel is Channel.EMAIL else targets[each.customer_id, channel.value])
    ]
    db.insert(*messages, unless_taken=("event_id", "kind", "channel", "target"))


_TARGETS = """
SELECT customer_id, %(push)s, id::text FROM notifications_browser WHERE customer_id = ANY(%(customers)s)
UNION ALL
SELECT customer_id, %(webhook)s, id::text FROM notifications_webhook WHERE customer_id = ANY(%(customers)s)
"""


def _targets(customers: Collection[UUID]) -> dict[tuple[UUID, str], list[str]]:
    """The browsers and webhooks of each customer, by channel."""
    found: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    if customers:
        found_now = db.select(
            _TARGETS,
            customers=list(customers),
            push=Channel.PUSH.value,
            webhook=Channel.WEBHOOK.value,
        )
        for customer, channel, target in found_now:
            found[customer, channel].append(target)
    return found
