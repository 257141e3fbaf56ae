"""What should not have been charged is given back: the event counts no more, and its money may be spent
again."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from modules.ads.errors import ReasonMissing
from modules.ads.models import (
    AccountKind,
    AdEvent,
    Campaign,
    CampaignDay,
    EventKind,
    Figure,
    Posting,
    Verdict,
)
from modules.ads.services.settling import COUNTED, day_of, entry, hour_of
from tiffin import db

REFUND = "refund"


def refund_event(*, event_id: UUID, note: str) -> None:
    """By staff; an event that does not count is left as it is. Raises ReasonMissing."""
    if not note.strip():
        raise ReasonMissing()
    with db.transaction():
        event = AdEvent.objects.select_for_update().get(pk=event_id)
        if event.verdict == Verdict.VALID:
            give_back(event, note=note.strip()[:300])


@db.transaction_required
def give_back(event: AdEvent, *, note: str) -> None:
    """Of a locked, valid event. One that is not settled yet will cost nothing."""
    event.verdict, event.note = Verdict.REFUNDED.value, note
    event.save(update_fields=("verdict", "note"))
    if not event.settled:
        return
    # In the order in which settling takes them.
    Campaign.objects.select_for_update(no_key=True).get(pk=event.campaign_id)
    if event.charged:
        _book(event)
    counted = COUNTED[EventKind(event.kind)]
    figures = Figure.objects.filter(
        hour=hour_of(event),
        campaign_id=event.campaign_id,
        flight_id=event.flight_id,
        creative_id=event.creative_id,
        placement=event.placement,
    )
    figures.update(
        **{counted: F(counted) - 1, "filtered": F("filtered") + 1, "spent": F("spent") - event.charged}
    )


def _book(event: AdEvent) -> None:
    """Its money may be spent again, and is owed no more."""
    CampaignDay.objects.filter(campaign_id=event.campaign_id, day=day_of(event)).update(
        spent=F("spent") - event.charged
    )
    Posting.objects.bulk_create(
        entry(
            (AccountKind.REVENUE, AccountKind.OWED),
            event.charged,
            reason=REFUND,
            region=event.region,
            advertiser_id=event.advertiser_id,
            campaign_id=event.campaign_id,
        )
    )
