"""Restaurants, orders and people for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections

from modules.identity.interface import AccountKind, Identity
from modules.restaurants import services
from modules.restaurants.interface import (
    MenuChanges,
    OfferedOrder,
    OrderId,
    Point,
    RestaurantId,
    RestaurantProfile,
    TicketLine,
)
from modules.restaurants.models import Restaurant
from modules.restaurants.tests.documents import SVG, as_text, document
from tiffin import clock, context, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import CommandKey, call
from tiffin.log import Event
from tiffin.money import Money

LONDON = Point(lat=51.5, lon=-0.1)


def profile(slug: str = "corner", **changes: Any) -> RestaurantProfile:
    """A café in London, always open, that delivers within some two kilometres."""
    plain = RestaurantProfile(
        slug=slug,
        name=slug.title(),
        cuisine="cafe",
        region="gb",
        city="london",
        area="Southwark",
        point=LONDON,
        zone=around(LONDON),
        opening_hours="24/7",
        preparation_minutes=15,
        min_order=Money(amount=500, currency="GBP"),
        picture=SVG,
    )
    return msgspec.structs.replace(plain, **changes)


def around(point: Point, degrees: float = 0.02) -> tuple[tuple[float, float], ...]:
    west, east = point.lon - degrees, point.lon + degrees
    south, north = point.lat - degrees, point.lat + degrees
    return (west, south), (east, south), (east, north), (west, north)


def publish(restaurant: Restaurant, made: dict[str, Any] | None = None) -> MenuChanges:
    return services.import_menu(
        restaurant_id=restaurant.id, document=as_text(made or document()), picture_files={}
    )


def open_restaurant(slug: str = "corner", **changes: Any) -> Restaurant:
    """Registered, with its menu published."""
    restaurant = services.register(profile=profile(slug, **changes))
    publish(restaurant)
    return Restaurant.objects.get(pk=restaurant.id)


def order_for(restaurant: Restaurant, *, minutes_to_accept: int = 10) -> OfferedOrder:
    now = clock.now()
    return OfferedOrder(
        order_id=OrderId(ids.new_id()),
        restaurant_id=RestaurantId(restaurant.id),
        reference="K7Q4",
        lines=(TicketLine(title="Coffee", count=2, options=("Oat",)),),
        placed_at=now,
        accept_by=now + timedelta(minutes=minutes_to_accept),
        total=Money(amount=1240, currency="GBP"),
        note="No lid, please",
    )


def order_for_two(order: OfferedOrder, *names: str) -> OfferedOrder:
    """The same order, its first line for the first of them and with a note, and again for the second."""
    customer = call(Identity).create_account(
        key=CommandKey(str(ids.new_id())),
        email="zofia@example.com",
        password="a good long password",
        kind=AccountKind.CUSTOMER,
        region="gb",
    )
    (line, *_) = order.lines
    first = msgspec.structs.replace(line, person=1, note="Extra hot")
    sealed = call(Identity).seal(customer_id=customer.account_id, words=names)
    lines = (first, msgspec.structs.replace(line, person=2))
    together = msgspec.structs.replace(order.total, amount=2 * order.total.amount)
    for_two: OfferedOrder = msgspec.structs.replace(order, lines=lines, names=sealed, total=together)
    return for_two


def cook_of(*restaurants: Restaurant) -> Actor:
    return Actor(
        kind=ActorKind.RESTAURANT, id=ids.new_id(), restaurants=tuple(each.id for each in restaurants)
    )


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    with context.use(msgspec.structs.replace(context.current(), actor=actor)):
        yield


def told(key: UUID) -> list[tuple[str, dict[str, Any]]]:
    """What was published about an aggregate, in order: kind and payload."""
    with connections["restaurants"].cursor() as cursor:
        cursor.execute("SELECT name, payload FROM log_event WHERE key = %s ORDER BY seq", [key])
        return [(name.split(".")[1], msgspec.json.decode(payload)) for name, payload in cursor.fetchall()]


def kinds(key: UUID) -> list[str]:
    return [kind for kind, _ in told(key)]


def last(key: UUID, kind: type[Event]) -> Any:
    """The newest event of that kind about the aggregate."""
    payloads = [payload for name, payload in told(key) if name == kind.kind]
    return msgspec.convert(payloads[-1], kind)
