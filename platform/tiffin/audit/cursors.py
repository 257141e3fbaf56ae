"""Every cursor has caught up: nothing is unread or held, nobody stopped, nobody stands beyond the end."""

from __future__ import annotations

from datetime import timedelta

from django.db import connections
from django.db.models import Count, Max, Min

from tiffin import clock
from tiffin.audit.findings import MOST_LISTED, Inspection, last_line, second
from tiffin.log import cursors, feed
from tiffin.log.events import Recorded
from tiffin.log.publishing import SHARDS
from tiffin.log.subscribers import Subscriber, subscribers
from tiffin.models import HeldEvent

# No serving role may run longer; see tiffin.db.schemas.
LONGEST_TRANSACTION = timedelta(seconds=5)


def cursors_caught_up(inspection: Inspection, tolerance: timedelta) -> None:
    """Counts cursors: one for each shard of each producer of each subscriber."""
    for subscriber in subscribers(inspection.module):
        if not subscriber.is_on():
            continue
        for producer in subscriber.producers:
            _look_at(inspection, subscriber, producer, tolerance)
    for stop in cursors.stopped(inspection.module):
        inspection.find("", f"{stop.subscriber} has stopped reading {stop.producer}: {last_line(stop.cause)}")
    _look_at_held(inspection)
    _look_at_transactions(inspection, tolerance)


def _look_at(inspection: Inspection, subscriber: Subscriber, producer: str, tolerance: timedelta) -> None:
    who = f"{subscriber.name}, reading {producer},"
    places = cursors.all_places(subscriber, producer)
    inspection.looked(len(places))
    if len(places) != SHARDS:
        inspection.find("", f"{who} has {len(places)} cursors instead of {SHARDS}")
    page = feed.read(producer, places, subscriber.kinds(producer), limit=1)
    # Read after the cursors were: the horizon only rises.
    end = feed.horizon(producer)[:2]
    for place in places:
        if (place.epoch, place.txid) > end:
            inspection.find("", f"{who} stands beyond the end in shard {place.shard}: it passes news over")
    late = [event for event in page.events if clock.now() - event.occurred_at >= tolerance]
    if late:
        inspection.find("", f"{who} has not read on in {len(late)} of {SHARDS} shards; {_oldest(late)}")
    elif page.waiting and not tolerance:
        inspection.find("", f"{who} cannot read on yet: a transaction that may tell something still runs")


def _oldest(events: list[Recorded]) -> str:
    oldest = min(events, key=lambda event: event.occurred_at)
    return f"the oldest news is {oldest.name} of {oldest.key}, {second(oldest.occurred_at)}"


def _look_at_held(inspection: Inspection) -> None:
    held = HeldEvent.objects.using(inspection.module)
    keys = held.values("subscriber", "producer", "key").annotate(
        count=Count("*"), since=Min("held_at"), next=Min("next_try"), cause=Max("cause")
    )
    inspection.find_more(max(0, keys.count() - MOST_LISTED))
    for row in keys.order_by("since")[:MOST_LISTED]:
        tried = "is tried again" if row["next"] else "is never tried again"
        inspection.find(
            row["key"],
            f"{row['subscriber']} holds {row['count']} of its events from {row['producer']} since"
            f" {second(row['since'])} and {tried}: {last_line(row['cause'])}",
        )


def _look_at_transactions(inspection: Inspection, tolerance: timedelta) -> None:
    with connections[inspection.module].cursor() as cursor:
        cursor.execute("SELECT server_view.oldest_transaction_seconds()")
        seconds = float(cursor.fetchone()[0])
    if seconds > max(tolerance, LONGEST_TRANSACTION).total_seconds():
        inspection.find(
            "", f"a transaction of its server is {seconds:.0f} s old: nobody can read what was told since"
        )
