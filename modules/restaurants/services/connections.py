"""What the owners of vendors' systems do with their connections."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from modules.restaurants import selectors
from modules.restaurants.channels import CHANNELS
from modules.restaurants.interface import (
    AlreadyConnected,
    ConnectionDisabled,
    ConnectionRefused,
    DeliveryUnknown,
    RestaurantUnknown,
)
from modules.restaurants.models import Restaurant, SigningSecret, VendorConnection, VendorEvent
from modules.restaurants.models.vendors import SECRETS, ChannelName, EventState
from modules.restaurants.selectors import require_own
from modules.restaurants.services.telling import TIDY_EVERY
from tiffin import clock, db, ids, jobs
from tiffin.dto import DTO

SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - how Standard Webhooks marks a secret
OVERLAP = timedelta(hours=24)
"""How long the former secret is still signed with after a new one was made."""
TEST = "connection.test"
_ORDER_EVENTS = (
    "offered",
    "accepted",
    "rejected",
    "preparing",
    "ready",
    "collected",
    "withdrawn",
    "delayed",
    "late",
)
EVENT_KINDS = tuple(f"order.{kind}" for kind in _ORDER_EVENTS)


class WantedConnection(DTO):
    """A connection as its owner wants it. No `events`: all of EVENT_KINDS."""

    name: str
    channel: ChannelName
    restaurant_ids: tuple[UUID, ...]
    url: str = ""
    events: tuple[str, ...] = ()
    settings: Mapping[str, Any] = {}
    enabled: bool = True


def connect(*, wanted: WantedConnection) -> tuple[VendorConnection, str]:
    """A new connection, and the secret that its messages are signed with, which nobody can read again.

    Raises:
        NotYourRestaurant, RestaurantUnknown
        ConnectionRefused: what is wanted cannot be had.
        AlreadyConnected: one of the restaurants has a connection.
    """
    _check(wanted)
    with db.transaction():
        restaurants = _locked(wanted.restaurant_ids)
        connection = VendorConnection(region=restaurants[0].region)
        _take_over(connection, wanted)
        connection.save()
        _attach(connection, restaurants)
        jobs.add(connection, "tidy_told", due=clock.now() + TIDY_EVERY)
        return connection, _new_secret(connection)


def change_connection(*, connection_id: UUID, wanted: WantedConnection) -> VendorConnection:
    """Change it; enabling one that failed begins anew.

    Raises as `connect`, and ConnectionUnknown.
    """
    selectors.own_connection(connection_id)
    _check(wanted)
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        _take_over(connection, wanted)
        connection.save()
        _attach(connection, _locked(wanted.restaurant_ids))
    return connection


def disconnect(*, connection_id: UUID) -> None:
    """Its restaurants have no connection any more; what was told is kept as long as the region says.

    Raises ConnectionUnknown.
    """
    selectors.own_connection(connection_id)
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        Restaurant.objects.filter(connection=connection).update(connection=None)
        SigningSecret.objects.filter(connection=connection).delete()
        _switch(connection, on=False, by="owner")
        connection.save()


def switch(*, connection_id: UUID, on: bool) -> None:
    """Staff switch it off, or on, which begins anew with an address that failed. Raises ConnectionUnknown."""
    selectors.own_connection(connection_id)
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        _switch(connection, on=on, by="staff")
        connection.save()


def rotate_secret(*, connection_id: UUID) -> str:
    """A new secret, told this once; messages are signed with the former one too for `OVERLAP`.

    Raises ConnectionUnknown.
    """
    selectors.own_connection(connection_id)
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        now = clock.now()
        former = SigningSecret.objects.filter(connection=connection)
        former.filter(good_until__isnull=False).delete()
        former.update(good_until=now + OVERLAP)
        return _new_secret(connection)


def send_test(*, connection_id: UUID) -> VendorEvent:
    """Have an event sent that is about no order. Raises ConnectionUnknown, ConnectionDisabled."""
    _check_sends(selectors.own_connection(connection_id))
    with db.transaction():
        connection = VendorConnection.lock(connection_id)
        event = VendorEvent.objects.create(id=ids.new_id(), connection=connection, kind=TEST)
        jobs.add(connection, "tell_otherwise", due=clock.now())
    return event


def replay(*, connection_id: UUID, event_id: UUID) -> VendorEvent:
    """Tell an event again, under its own id: it is sent, or comes again at the end of the feed.

    Raises ConnectionUnknown, DeliveryUnknown, ConnectionDisabled.
    """
    connection = selectors.own_connection(connection_id)
    if connection.disabled_at is not None:
        raise ConnectionDisabled()
    with db.transaction():
        mine = VendorEvent.objects.select_for_update(of=("self",), no_key=True)
        event = mine.filter(pk=event_id, connection=connection).select_related("ticket").first()
        if event is None:
            raise DeliveryUnknown(delivery=str(event_id))
        if event.state is not EventState.WAITING:
            event.move_to(EventState.WAITING)
        event.attempts, event.taken_at, event.seq = 0, None, None
        event.save(update_fields=["state_name", "attempts", "taken_at", "seq"])
        if event.ticket is not None:
            jobs.add(event.ticket, "tell_vendor", due=clock.now())
        else:
            jobs.add(connection, "tell_otherwise", due=clock.now())
    return event


def _check(wanted: WantedConnection) -> None:
    if not wanted.restaurant_ids:
        raise ConnectionRefused(field="restaurant_ids", problem="A connection needs a restaurant.")
    for restaurant_id in wanted.restaurant_ids:
        require_own(restaurant_id)
    unknown = [kind for kind in wanted.events if kind not in EVENT_KINDS]
    if unknown:
        raise ConnectionRefused(field="events", problem=f"There is no event {unknown[0]}.")
    channel = CHANNELS.get(wanted.channel)
    problem = channel.problem_with(wanted.url, wanted.settings) if channel else None
    if channel is None and wanted.url:
        problem = f"Nothing is sent by {wanted.channel.value}: leave the address empty."
    if problem is not None:
        raise ConnectionRefused(field="url", problem=problem)


def _locked(restaurant_ids: Sequence[UUID]) -> list[Restaurant]:
    """The restaurants, of one region, in the order of their ids."""
    found = list(
        Restaurant.objects.select_for_update(no_key=True).filter(id__in=restaurant_ids).order_by("id")
    )
    missing = set(restaurant_ids) - {restaurant.id for restaurant in found}
    if missing:
        raise RestaurantUnknown(restaurant=str(sorted(missing)[0]))
    if len({restaurant.region for restaurant in found}) > 1:
        raise ConnectionRefused(
            field="restaurant_ids", problem="Restaurants of two regions need a connection each."
        )
    return found


def _take_over(connection: VendorConnection, wanted: WantedConnection) -> None:
    connection.name = wanted.name
    connection.channel_name = wanted.channel.value
    connection.url = wanted.url
    connection.events = list(wanted.events)
    connection.settings = dict(wanted.settings)
    _switch(connection, on=wanted.enabled, by="owner")


def _switch(connection: VendorConnection, *, on: bool, by: str) -> None:
    if not on:
        connection.disabled_at = connection.disabled_at or clock.now()
        connection.disabled_because = connection.disabled_because or by
    elif connection.disabled_at is not None:
        connection.disabled_at, connection.disabled_because = None, ""
        connection.failures, connection.failing_since = 0, None


def _attach(connection: VendorConnection, restaurants: Sequence[Restaurant]) -> None:
    """These restaurants and no others. Raises AlreadyConnected, ConnectionRefused."""
    if restaurants[0].region != connection.region:
        raise ConnectionRefused(field="restaurant_ids", problem="A connection stays in its region.")
    for restaurant in restaurants:
        if restaurant.connection_id not in (None, connection.id):
            raise AlreadyConnected(restaurant=str(restaurant.id), connection=str(restaurant.connection_id))
    wanted = [restaurant.id for restaurant in restaurants]
    Restaurant.objects.filter(connection=connection).exclude(id__in=wanted).update(connection=None)
    Restaurant.objects.filter(id__in=wanted).update(connection=connection)


def _new_secret(connection: VendorConnection) -> str:
    plain = os.urandom(SECRET_BYTES)
    sealed = SECRETS.seal(plain, row=connection.id)
    SigningSecret.objects.create(connection=connection, sealed=sealed, made_at=clock.now())
    return SECRET_PREFIX + base64.b64encode(plain).decode()


def _check_sends(connection: VendorConnection) -> None:
    if not connection.pushes:
        raise ConnectionDisabled()
