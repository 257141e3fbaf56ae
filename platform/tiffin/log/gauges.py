"""What the log looks like to Prometheus: lag and stops per subscriber, held events, age of the horizon."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import connections

from tiffin import clock
from tiffin.log import cursors, feed
from tiffin.log.subscribers import Subscriber, subscribers
from tiffin.models import HeldEvent, LogReader
from tiffin.telemetry.metrics import Reading, register_gauge_source


@register_gauge_source
def log_gauges() -> Iterator[Reading]:
    """Read when somebody looks; one query a subscription."""
    for module in settings.TIFFIN_MODULES:
        stopped = {(s.subscriber, s.producer) for s in cursors.stopped(module)}
        for subscriber in subscribers(module):
            for producer in subscriber.producers:
                labels = {"subscriber": subscriber.name, "producer": producer}
                lag = _lag_seconds(subscriber, producer) if subscriber.is_on() else 0.0
                if lag is not None:
                    yield "tiffin_log_lag_seconds", "Age of the oldest event not yet handled.", labels, lag
                standing = float((subscriber.name, producer) in stopped)
                yield "tiffin_subscriber_stopped", "1 where a subscriber stands still.", labels, standing
        held = HeldEvent.objects.using(module).count()
        yield "tiffin_held_events", "Events held, heads and followers.", {"module": module}, float(held)
        yield (
            "tiffin_oldest_transaction_seconds",
            "Age of the oldest transaction of the module's server; it holds the horizon.",
            {"module": module},
            _oldest_transaction(module),
        )


@register_gauge_source
def reader_gauges() -> Iterator[Reading]:
    """Readers elsewhere: one that stays silent keeps the log's days from going."""
    for module in settings.TIFFIN_MODULES:
        for reader in LogReader.objects.using(module).all():
            silent = (clock.now() - reader.seen_at).total_seconds()
            labels = {"producer": module, "subscriber": reader.subscriber}
            yield "tiffin_reader_silent_seconds", "Since a reader elsewhere told its place.", labels, silent


def _lag_seconds(subscriber: Subscriber, producer: str) -> float | None:
    """None while the log cannot be read: whoever waits for it has an alarm of its own."""
    places = cursors.all_places(subscriber, producer)
    try:
        unread = feed.read(producer, places, (), limit=1).events
    except feed.FeedUnavailable:
        return None
    oldest = min((event.occurred_at for event in unread), default=None)
    return max((clock.now() - oldest).total_seconds(), 0.0) if oldest else 0.0


def _oldest_transaction(module: str) -> float:
    with connections[module].cursor() as cursor:
        cursor.execute("SELECT server_view.oldest_transaction_seconds()")
        return float(cursor.fetchone()[0])
