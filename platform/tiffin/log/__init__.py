"""The log says what happened: events are published in the use case's transaction and read by cursors."""

from tiffin.log.bulk import publish_all, publish_all_new
from tiffin.log.events import Event, Recorded, current_event, current_events
from tiffin.log.publishing import publish, publish_new
from tiffin.log.subscribers import Subscriber, on, on_batch

__all__ = [
    "Event",
    "Recorded",
    "Subscriber",
    "current_event",
    "current_events",
    "on",
    "on_batch",
    "publish",
    "publish_all",
    "publish_all_new",
    "publish_new",
]
