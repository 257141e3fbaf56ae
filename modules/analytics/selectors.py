"""What analytics reads: who agreed, and how the sinks stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count

from modules.analytics.interface import Consent, ConsentGiven
from modules.analytics.models import ConsentChange, Deletion, HeldMessage, Person, Sink
from modules.analytics.relays import RELAYS
from modules.analytics.sinks import SINKS, chosen, is_chosen
from tiffin import clock
from tiffin.log.pages import FeedUnavailable
from tiffin.log.relays import Stopped, read
from tiffin.telemetry.metrics import Reading

COUNTED_A_SHARD = 50


class Known(NamedTuple):
    """How somebody is called outside, and since when they agree."""

    person_id: UUID
    changed_at: datetime


def people_who_agree(customer_ids: Collection[UUID]) -> dict[UUID, Known]:
    """Those of them who agree now, by their id."""
    if not customer_ids:
        return {}
    found = Person.objects.filter(customer_id__in=customer_ids, agreed=True)
    return {each.customer_id: Known(each.person_id, each.changed_at) for each in found}


def consent_of(customer_id: UUID) -> Consent:
    """What a customer says now, and what they have said; nobody agrees before they say so."""
    changes = ConsentChange.objects.filter(customer_id=customer_id).order_by("at", "pk")
    given = tuple(ConsentGiven(agreed=each.agreed, at=each.at) for each in changes)
    recipients = tuple(sink.title for sink in chosen())
    return Consent(agreed=bool(given) and given[-1].agreed, recipients=recipients, changes=given)


def gauges() -> Iterator[Reading]:
    """How far each sink has come the log's own gauges say (`tiffin_log_lag_seconds`)."""
    held = dict(HeldMessage.objects.values_list("sink").annotate(Count("pk")))
    undone = Deletion.objects.filter(done_at=None, due__lt=clock.now(), attempts__gt=0)
    deletions = dict(undone.values_list("sink").annotate(Count("pk")))
    rows = {row.name: row for row in Sink.objects.all()}
    for name in SINKS:
        labels, row = {"sink": name}, rows.get(name)
        troubled = bool(row and row.trouble_since and is_chosen(name))
        sent = float(row.sent if row else 0)
        yield "tiffin_analytics_sent", "Messages that a sink has taken.", labels, sent
        yield "tiffin_analytics_held", "Messages that it refused.", labels, float(held.get(name, 0))
        yield "tiffin_analytics_troubled", "1 while it takes none.", labels, float(troubled)
        yield (
            "tiffin_analytics_deletions_failing",
            "People who could not be deleted there so far.",
            labels,
            float(deletions.get(name, 0)),
        )


class Unread(NamedTuple):
    """What a sink has not been told: how many events, of which the `oldest` happened then. Not all are
    counted where there are `more`."""

    number: int
    oldest: datetime | None
    more: bool


def unread_of(name: str) -> Unread:
    """Counts a page of each log; one that cannot be read now is left out."""
    relay, found, more = RELAYS[name], list[datetime](), False
    for producer in relay.producers:
        try:
            reading = read(relay, producer, limit=COUNTED_A_SHARD)
        except (FeedUnavailable, Stopped):
            continue
        found += [event.occurred_at for event in reading.events if event.payload]
        more |= reading.more
    return Unread(len(found), min(found, default=None), more)
