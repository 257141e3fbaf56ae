"""Finding restaurants: what people may look for, and pages of what they find."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from math import cos, radians
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Cast

from modules.restaurants.facts import document_of, view_of
from modules.restaurants.folding import fold
from modules.restaurants.interface import (
    MenuDocument,
    PageUnknown,
    Point,
    RestaurantPage,
    RestaurantSearch,
    RestaurantView,
)
from modules.restaurants.models import Restaurant

MAX_LIMIT = 100
_BATCH = 100


class Cursor(msgspec.Struct, array_like=True, frozen=True):
    """Where a page ended: the value it is ordered by, and the id."""

    key: float | str
    id: UUID


def search_text_of(restaurant: Restaurant, menu: MenuDocument | None = None) -> str:
    """The place, what it is, and what it cooks, in every language of its menu."""
    published = restaurant.menus.first() if menu is None and restaurant.is_published else None
    document = document_of(published) if published else menu
    words = [restaurant.name, restaurant.cuisine, restaurant.area]
    for category in document.categories if document else ():
        for item in category.items:
            words += [item.title, *item.titles.values()]
    return fold(" ".join(dict.fromkeys(words)))


def search(wanted: RestaurantSearch, *, at: datetime) -> RestaurantPage:
    """Nearest first when a point is given, by name otherwise. Raises PageUnknown.

    Hours and zones are looked at here, not in the database: batches are read until the page is full.
    """
    limit = max(1, min(wanted.limit, MAX_LIMIT))
    found: list[tuple[Cursor, RestaurantView]] = []
    for cursor, view in _matching(wanted, at):
        if len(found) == limit:
            return RestaurantPage(
                restaurants=tuple(view for _, view in found), next_cursor=_encode(found[-1][0])
            )
        found.append((cursor, view))
    return RestaurantPage(restaurants=tuple(view for _, view in found))


def _matching(wanted: RestaurantSearch, at: datetime) -> Iterator[tuple[Cursor, RestaurantView]]:
    key_kind: type = float if wanted.point else str
    cursor = _decode(wanted.cursor, key_kind) if wanted.cursor else None
    rows = _rows(wanted)
    while True:
        batch = list(_after(rows, cursor)[:_BATCH])
        for restaurant in batch:
            cursor = Cursor(restaurant.sort_key, restaurant.id)
            view = view_of(restaurant, at=at, point=wanted.point)
            if (view.is_open or not wanted.open_only) and (view.delivers_here or not wanted.delivering_only):
                yield cursor, view
        if len(batch) < _BATCH:
            return


def _rows(wanted: RestaurantSearch) -> QuerySet[Any]:
    rows = Restaurant.objects.filter(menu_version__gt=0).defer("picture", "search_text")
    for name in ("region", "city", "cuisine"):
        if getattr(wanted, name):
            rows = rows.filter(**{name: getattr(wanted, name)})
    for word in fold(wanted.text).split():
        rows = rows.filter(search_text__contains=word)
    if wanted.point and wanted.delivering_only:
        lat, lon = wanted.point.lat, wanted.point.lon
        rows = rows.filter(south__lte=lat, north__gte=lat, west__lte=lon, east__gte=lon)
    return rows.annotate(sort_key=_nearness(wanted.point) if wanted.point else F("name")).order_by(
        "sort_key", "id"
    )


def _nearness(point: Point) -> Cast:
    """Grows with the distance: the square of it on a plane around the point, in degrees of latitude."""
    north = F("lat") - Value(point.lat)
    east = (F("lon") - Value(point.lon)) * Value(cos(radians(point.lat)))
    return Cast(north * north + east * east, FloatField())


def _after(rows: QuerySet[Any], cursor: Cursor | None) -> QuerySet[Any]:
    if cursor is None:
        return rows
    return rows.filter(Q(sort_key__gt=cursor.key) | Q(sort_key=cursor.key, id__gt=cursor.id))


def _encode(cursor: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _decode(text: str, key_kind: type) -> Cursor:
    try:
        padded = text + "=" * (-len(text) % 4)
        cursor = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=Cursor)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise PageUnknown(cursor=text) from None
    if not isinstance(cursor.key, key_kind):
        raise PageUnknown(cursor=text)
    return cursor
