"""Replaying: a subscriber that is rebuildable forgets what it has learned and reads everything again."""

from __future__ import annotations

from tiffin.db.transactions import transaction
from tiffin.log import cursors, feed
from tiffin.log.subscribers import Subscriber
from tiffin.models import HeldEvent


class CannotReplay(Exception):
    """The subscriber cannot be rebuilt; the message says why."""


def replay(subscriber: Subscriber) -> None:
    """Reset the subscriber and put its cursors back, in one transaction; the pumps do the rest.

    Raises CannotReplay for a subscriber without a reset, and when a producer's log has lost its beginning:
    what only its first days told would not come back. Raises FeedUnavailable for one that cannot be asked.
    """
    if subscriber.reset is None:
        raise CannotReplay(f"{subscriber.name} has no reset: what it has written is not only a copy")
    for producer in subscriber.producers:
        kept_from = feed.horizon(producer).kept_from
        if kept_from is not None:
            raise CannotReplay(f"the log of {producer} begins at {kept_from}: what it told before is gone")
    with transaction(owner=subscriber.module):
        cursors.rewind(subscriber)
        HeldEvent.objects.using(subscriber.module).filter(subscriber=subscriber.name).delete()
        subscriber.reset()
