"""A producer's feed, wherever its log is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from tiffin.log import local_feed, remote_feed
from tiffin.log.pages import FeedUnavailable, Horizon, Page, Place
from tiffin.remote import home_of

__all__ = ["FeedUnavailable", "Horizon", "Page", "Place", "disturb", "horizon", "read"]

_disturbed: Callable[[Page], Page] | None = None


def read(producer: str, places: Sequence[Place], kinds: Collection[str], *, limit: int) -> Page:
    """At most `limit` events a shard after `places`, with the payload of those `kinds` only.

    Raises FeedUnavailable when the log is elsewhere and cannot be reached, django.db.Error when it is here.
    """
    read_from = local_feed.read if home_of(producer) is None else remote_feed.read
    page = read_from(producer, places, kinds, limit=limit)
    return page if _disturbed is None else _disturbed(page)


def horizon(producer: str, since: datetime | None = None) -> Horizon:
    """Where everything is there to be read; with `since`, where to begin to see what happened from then on.

    Raises as `read` does.
    """
    look = local_feed.horizon if home_of(producer) is None else remote_feed.horizon
    return look(producer, since)


def disturb(by: Callable[[Page], Page] | None) -> None:
    """Let `by` change, or refuse, each page that this process reads. For tests."""
    global _disturbed
    _disturbed = by
