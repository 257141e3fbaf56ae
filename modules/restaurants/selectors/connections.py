"""Vendors' connections, and what was told through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from modules.restaurants.channels.port import Message
from modules.restaurants.interface import ConnectionUnknown, NotYourRestaurant, OrderId, PageUnknown
from modules.restaurants.models import Restaurant, SigningSecret, VendorConnection, VendorEvent
from modules.restaurants.models.vendors import EventState
from modules.restaurants.selectors.counter import get_tickets
from modules.restaurants.selectors.ownership import require_own
from tiffin import clock


def connections_of(restaurant_ids: Iterable[UUID]) -> QuerySet[VendorConnection]:
    """The connections of these restaurants that are for no other restaurants."""
    own = list(restaurant_ids)
    others = Restaurant.objects.exclude(id__in=own).filter(connection__isnull=False).values("connection")
    rows = VendorConnection.objects.filter(restaurants__in=own).exclude(id__in=others)
    return rows.distinct().prefetch_related("restaurants")


def own_connection(connection_id: UUID) -> VendorConnection:
    """Raises ConnectionUnknown unless the actor acts for every restaurant in it: a secret is good for all."""
    connection = VendorConnection.objects.filter(pk=connection_id).prefetch_related("restaurants").first()
    try:
        if connection is None or not connection.restaurants.all():
            raise ConnectionUnknown(connection=str(connection_id))
        for restaurant in connection.restaurants.all():
            require_own(restaurant.id)
    except NotYourRestaurant:
        raise ConnectionUnknown(connection=str(connection_id)) from None
    return connection


def good_secrets(connection_id: UUID) -> list[SigningSecret]:
    """What messages are signed with now, the newest first."""
    rows = SigningSecret.objects.filter(connection_id=connection_id)
    return list(rows.filter(Q(good_until=None) | Q(good_until__gt=clock.now())).order_by("-made_at"))


def deliveries(
    connection_id: UUID, *, state: EventState | None, cursor: str | None, limit: int
) -> tuple[list[VendorEvent], str | None]:
    """What was told through a connection of the actor's, the newest first, and where it goes on.

    Raises ConnectionUnknown, PageUnknown.
    """
    own_connection(connection_id)
    rows = VendorEvent.objects.filter(connection_id=connection_id).order_by("-at", "-id")
    if state is not None:
        rows = rows.filter(state_name=state.value)
    if cursor:
        last = VendorEvent.objects.filter(connection_id=connection_id, pk=_event_id(cursor)).first()
        if last is None:
            raise PageUnknown(cursor=cursor)
        rows = rows.filter(Q(at__lt=last.at) | Q(at=last.at, id__lt=last.id))
    page = list(rows.prefetch_related("tries")[: limit + 1])
    return page[:limit], str(page[limit - 1].id) if len(page) > limit else None


def messages(events: Sequence[VendorEvent]) -> list[Message]:
    """Events as they are told, each with its order as it is now; the orders are read at once."""
    orders = {
        view.order_id: view for view in get_tickets({event.ticket_id for event in events if event.ticket_id})
    }
    return [
        Message(
            id=event.id,
            kind=event.kind,
            at=event.at,
            restaurant_id=event.restaurant_id,
            step=event.step,
            facts=event.facts,
            order=orders.get(OrderId(event.ticket_id)) if event.ticket_id else None,
        )
        for event in events
    ]


def _event_id(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise PageUnknown(cursor=cursor) from None
