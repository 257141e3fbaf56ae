"""The feed: what vendors' systems that cannot be reached come and fetch.

Its places are given when it is read, under the connection's lock, to the events that are visible then. What
commits late gets its place late, and so lies behind all that was read before: a reader who goes on from the
last place it saw passes nothing over.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from modules.restaurants import selectors
from modules.restaurants.channels.port import Message
from modules.restaurants.models import VendorConnection, VendorEvent
from modules.restaurants.models.vendors import EventState
from modules.restaurants.policies import feed_is_kept
from tiffin import clock, db, regions
from tiffin.dto import DTO

AT_ONCE = 1_000
NOTED_EVERY = timedelta(seconds=10)
"""How often it is written down, at most, that somebody polls."""


class FeedPage(DTO):
    """Messages with their places, in the order of these; `last` is the place to go on from."""

    messages: tuple[tuple[int, Message], ...]
    last: int
    more: bool


def feed_state(*, connection_id: UUID, after: int | None) -> tuple[object, ...]:
    """What changes whenever there is something new to read; cheap. Raises ConnectionUnknown."""
    connection = selectors.own_connection(connection_id)
    note_poll(connection)
    unnumbered = VendorEvent.objects.filter(connection=connection, seq=None).exists()
    place = connection.acknowledged if after is None else after
    # What nobody has given a place yet is new to everybody.
    return (connection.id, place, connection.numbered, clock.now() if unnumbered else None)


def read_feed(*, connection_id: UUID, after: int | None, limit: int) -> FeedPage:
    """What comes after a place, or after what is acknowledged, as long as it is kept.

    Raises ConnectionUnknown.
    """
    connection = selectors.own_connection(connection_id)
    note_poll(connection)
    _number(connection_id)
    region = regions.get(connection.region)
    now = clock.now()
    oldest = now - feed_is_kept(region, on=region.local(now).date())
    place = connection.acknowledged if after is None else after
    rows = VendorEvent.objects.filter(connection_id=connection_id, seq__gt=place, at__gte=oldest)
    if connection.events:
        rows = rows.filter(Q(ticket=None) | Q(kind__in=connection.events))
    found = list(rows.order_by("seq")[: limit + 1])
    page = found[:limit]
    places = [event.seq or 0 for event in page]
    return FeedPage(
        messages=tuple(zip(places, selectors.messages(page), strict=True)),
        last=places[-1] if places else place,
        more=len(found) > limit,
    )


def acknowledge(*, connection_id: UUID, through: int) -> VendorConnection:
    """The vendor's system has stored everything up to a place; what lies before is not pushed any more.

    Saying it again, or of an earlier place, changes nothing. Raises ConnectionUnknown.
    """
    selectors.own_connection(connection_id)
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        through = min(through, connection.numbered)
        if through > connection.acknowledged:
            VendorEvent.objects.filter(
                connection_id=connection_id,
                seq__gt=connection.acknowledged,
                seq__lte=through,
                taken_at=None,
            ).update(taken_at=clock.now(), state_name=EventState.DELIVERED.value)
            connection.acknowledged = through
            connection.save(update_fields=["acknowledged"])
    return connection


def note_poll(connection: VendorConnection) -> None:
    """Somebody is there and asks."""
    now = clock.now()
    if connection.polled_at is None or now - connection.polled_at >= NOTED_EVERY:
        connection.polled_at = now
        VendorConnection.objects.filter(pk=connection.id).update(polled_at=now)


def _number(connection_id: UUID) -> None:
    unnumbered = VendorEvent.objects.filter(connection_id=connection_id, seq=None)
    if not unnumbered.exists():
        return
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        events = list(unnumbered.order_by("at", "step", "id")[:AT_ONCE])
        for place, event in enumerate(events, connection.numbered + 1):
            event.seq = place
        db.update(*events, fields=("seq",))
        connection.numbered += len(events)
        connection.save(update_fields=["numbered"])
