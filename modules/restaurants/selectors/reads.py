"""Restaurants, menus, pictures and tickets by their ids."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from modules.restaurants.facts import document_of, ticket_view, view_of
from modules.restaurants.interface import (
    ItemId,
    MenuUnknown,
    MenuView,
    PageUnknown,
    Point,
    RestaurantId,
    RestaurantUnknown,
    RestaurantView,
    TicketPage,
    TicketState,
    TicketView,
    Unavailable,
)
from modules.restaurants.models import ItemUnavailable, MenuVersion, Picture, Restaurant, Ticket
from modules.restaurants.selectors.ownership import require_own
from tiffin import clock

MAX_TICKETS = 200


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


def tickets(
    restaurant_ids: Iterable[UUID],
    *,
    states: Iterable[TicketState] = (),
    cursor: str | None = None,
    limit: int = 50,
) -> TicketPage:
    """What is on these counters, newest first. Raises NotYourRestaurant, PageUnknown."""
    wanted = list(restaurant_ids)
    for restaurant_id in wanted:
        require_own(restaurant_id)
    rows = Ticket.objects.select_related("restaurant").filter(restaurant_id__in=wanted).order_by("-id")
    names = [state.value for state in states]
    if names:
        rows = rows.filter(state_name__in=names)
    if cursor:
        rows = rows.filter(id__lt=_ticket_cursor(cursor))
    size = max(1, min(limit, MAX_TICKETS))
    page = list(rows[: size + 1])
    return TicketPage(
        tickets=tuple(ticket_view(ticket) for ticket in page[:size]),
        next_cursor=str(page[size - 1].id) if len(page) > size else None,
    )


def get_tickets(order_ids: Iterable[UUID]) -> list[TicketView]:
    """The tickets of these orders, without those that were never offered."""
    rows = Ticket.objects.select_related("restaurant").filter(pk__in=list(order_ids))
    return [ticket_view(ticket) for ticket in rows]


def _ticket_cursor(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError:
        raise PageUnknown(cursor=cursor) from None
