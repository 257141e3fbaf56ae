"""Restaurants, menus and pictures by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.restaurants.facts import document_of, view_of
from modules.restaurants.interface import (
    ItemId,
    MenuUnknown,
    MenuView,
    Point,
    RestaurantId,
    RestaurantUnknown,
    RestaurantView,
    RestaurantWorking,
    Unavailable,
)
from modules.restaurants.models import ItemUnavailable, MenuVersion, Picture, Restaurant
from modules.restaurants.selectors.ownership import require_own
from tiffin import clock


def get_many(restaurant_ids: Iterable[UUID], *, point: Point | None = None) -> list[RestaurantView]:
    """In the order asked for, without those that nobody knows."""
    wanted = list(restaurant_ids)
    known = Restaurant.objects.defer("picture", "search_text").in_bulk(wanted)
    now = clock.now()
    return [view_of(known[id_], at=now, point=point) for id_ in wanted if id_ in known]


def with_slugs(slugs: Iterable[str]) -> list[RestaurantView]:
    """In the order asked for, without those that nobody knows."""
    wanted = list(slugs)
    known = Restaurant.objects.defer("picture", "search_text").in_bulk(wanted, field_name="slug")
    now = clock.now()
    return [view_of(known[slug], at=now) for slug in wanted if slug in known]


def one(restaurant_id: UUID, *, point: Point | None = None) -> RestaurantView:
    """Raises RestaurantUnknown, also for one that has published no menu."""
    found = get_many([restaurant_id], point=point)
    if not found or found[0].menu_version == 0:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return found[0]


def menu(restaurant_id: UUID, *, version: int | None = None) -> MenuView:
    """The published menu, or an older version of it. Raises RestaurantUnknown, MenuUnknown."""
    if not Restaurant.objects.filter(pk=restaurant_id).exists():
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    versions = MenuVersion.objects.filter(restaurant_id=restaurant_id)
    found = (versions if version is None else versions.filter(number=version)).first()
    if found is None:
        raise MenuUnknown(restaurant=str(restaurant_id))
    return MenuView(
        restaurant_id=RestaurantId(restaurant_id),
        version=found.number,
        hash=found.hash,
        published_at=found.published_at,
        document=document_of(found),
        unavailable=unavailable(restaurant_id),
    )


def menu_state(restaurant_id: UUID) -> tuple[str, tuple[Unavailable, ...]]:
    """What the published menu as shown depends on: its hash, and what is sold out. Raises MenuUnknown."""
    hash_ = (
        MenuVersion.objects.filter(restaurant_id=restaurant_id)
        .order_by("-number")
        .values_list("hash", flat=True)
        .first()
    )
    if hash_ is None:
        raise MenuUnknown(restaurant=str(restaurant_id))
    return hash_, unavailable(restaurant_id)


def unavailable(restaurant_id: UUID) -> tuple[Unavailable, ...]:
    """What cannot be had at this moment."""
    now = clock.now()
    rows = ItemUnavailable.objects.filter(restaurant_id=restaurant_id).order_by("item_id")
    return tuple(
        Unavailable(item_id=ItemId(row.item_id), until=row.until)
        for row in rows
        if row.until is None or row.until > now
    )


def picture_of(restaurant_id: UUID) -> str:
    """SVG text. Raises RestaurantUnknown."""
    svg = Restaurant.objects.filter(pk=restaurant_id).values_list("picture", flat=True).first()
    if svg is None:
        raise RestaurantUnknown(restaurant=str(restaurant_id))
    return svg


def picture(name: str) -> str | None:
    """SVG text of a dish's picture, by the name that its content gives it."""
    return Picture.objects.filter(pk=name).values_list("svg", flat=True).first()


def working(restaurant_ids: Iterable[UUID]) -> list[RestaurantWorking]:
    """How these restaurants want to be asked. Raises NotYourRestaurant."""
    wanted = list(restaurant_ids)
    for restaurant_id in wanted:
        require_own(restaurant_id)
    return [
        RestaurantWorking(
            restaurant_id=RestaurantId(each.id),
            accepts_unanswered=each.accepts_unanswered,
            phone=each.phone,
            open_orders_limit=each.open_orders_limit,
        )
        for each in Restaurant.objects.filter(id__in=wanted)
    ]
