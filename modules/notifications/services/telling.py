"""What is to be told: one message for each event, kind, channel and target, however often the event comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from modules.notifications.kinds import STALE, Channel, Kind
from modules.notifications.models import Browser, Message, Webhook
from tiffin import clock, db
from tiffin.dto import DTO


class Told(DTO):
    """An event about one customer's order."""

    event_id: UUID
    happened_at: datetime
    region: str
    customer_id: UUID
    order_id: UUID
    facts: dict[str, Any]


@db.transaction_required
def tell(kind: Kind, told: Sequence[Told]) -> None:
    """Keep the messages of these events to be sent; those that are there already stay as they are. Of what
    happened long ago nobody is told: a log may be read from its beginning, an event may have been held."""
    told = [each for each in told if clock.now() - each.happened_at <= STALE]
    customers = {each.customer_id for each in told}
    targets = {
        Channel.EMAIL: {customer: [""] for customer in customers},
        Channel.PUSH: _targets(Browser, customers) if Channel.PUSH in kind.channels else {},
        Channel.WEBHOOK: _targets(Webhook, customers) if Channel.WEBHOOK in kind.channels else {},
    }
    Message.objects.bulk_create(
        [
            Message(
                event_id=each.event_id,
                kind=kind.code,
                channel=channel.value,
                target=target,
                customer_id=each.customer_id,
                order_id=each.order_id,
                region=each.region,
                facts=each.facts,
            )
            for each in told
            for channel in kind.channels
            for target in targets[channel].get(each.customer_id, ())
        ],
        ignore_conflicts=True,
    )


def _targets(model: type[Browser | Webhook], customers: Iterable[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for customer, target in model.objects.filter(customer_id__in=customers).values_list("customer_id", "pk"):
        found[customer].append(str(target))
    return found
