"""Keeps what customers' tiers bring them fresh."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modules.orders.models import KnownBenefits
from modules.rewards.events import TierChanged, TierKept
from tiffin.log import Subscriber, current_events, on_batch


def forget_benefits() -> None:
    """Empty what was learned, so that it can be learned again from the log."""
    KnownBenefits.objects.all().delete()


# Nobody waits for it: a second later, and many together.
BENEFITS = Subscriber("orders.benefits", nudged=False, reset=forget_benefits, copies=(KnownBenefits,))


@on_batch(TierChanged, TierKept, by=BENEFITS)
def learn_benefits(events: Sequence[Any]) -> None:
    """The last that was told of each membership, which is what the events are about. Who is forgotten has no
    tier any more, and rewards tells that as it tells any."""
    last = {record.key: (event, record) for event, record in zip(events, current_events(), strict=True)}
    KnownBenefits.objects.filter(
        pk__in=[key for key, (event, _) in last.items() if not event.benefits]
    ).delete()
    KnownBenefits.objects.bulk_create(
        [
            KnownBenefits(
                id=key,
                customer_id=event.customer_id,
                region=record.region or "",
                benefits=list(event.benefits),
                until=event.until,
            )
            for key, (event, record) in last.items()
            if event.benefits
        ],
        update_conflicts=True,
        unique_fields=("id",),
        update_fields=("benefits", "until"),
    )
