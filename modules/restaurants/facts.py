"""From tables to what is published about restaurants and tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from modules.restaurants import geography, hours
from modules.restaurants.interface import (
    MenuDifference,
    MenuDocument,
    MenuFormat,
    MenuPreview,
    MenuVersionView,
    OrderId,
    Point,
    PreviewId,
    RestaurantFacts,
    RestaurantId,
    RestaurantView,
    Ring,
    TicketKind,
    TicketLine,
    TicketView,
)
from modules.restaurants.models import MenuDraft, MenuVersion, Restaurant, Ticket
from tiffin import regions


def ring_of(restaurant: Restaurant) -> Ring:
    return tuple((lon, lat) for lon, lat in restaurant.zone)


def facts_of(restaurant: Restaurant) -> RestaurantFacts:
    return RestaurantFacts(**_facts(restaurant))


def view_of(restaurant: Restaurant, *, at: datetime, point: Point | None = None) -> RestaurantView:
    """How it stands at `at`, seen from `point`."""
    facts = _facts(restaurant)
    waits = [until for until in (restaurant.paused_until, restaurant.full_until) if until is not None]
    standing = hours.standing(
        restaurant.opening_hours, facts["time_zone"], paused_until=max(waits, default=None), at=at
    )
    return RestaurantView(
        **facts,
        picture=f"/api/v1/restaurants/{restaurant.id}/picture.svg",
        is_open=standing.is_open,
        opens_at=standing.opens_at,
        closes_at=standing.closes_at,
        distance_m=geography.distance_m(point, facts["point"]) if point else None,
        delivers_here=geography.contains(facts["zone"], point) if point else None,
    )


def document_of(menu: MenuVersion) -> MenuDocument:
    return msgspec.convert(menu.document, MenuDocument)


def preview_of(draft: MenuDraft) -> MenuPreview:
    return MenuPreview(
        id=PreviewId(draft.id),
        restaurant_id=RestaurantId(draft.restaurant_id),
        based_on=draft.based_on,
        hash=draft.hash,
        format=MenuFormat(draft.format),
        made_at=draft.made_at,
        differs=draft.differs,
        difference=msgspec.convert(draft.difference, MenuDifference),
        published_version=draft.published_version,
    )


def version_view(menu: MenuVersion) -> MenuVersionView:
    return MenuVersionView(
        version=menu.number, hash=menu.hash, published_at=menu.published_at, source=menu.source
    )


def ticket_view(ticket: Ticket, restaurant_name: str) -> TicketView:
    return TicketView(
        order_id=OrderId(ticket.order_id),
        restaurant_id=RestaurantId(ticket.restaurant_id),
        restaurant_name=restaurant_name,
        reference=ticket.reference,
        state=ticket.state,
        lines=msgspec.convert(ticket.lines, tuple[TicketLine, ...]),
        note=ticket.note,
        total=ticket.money,
        placed_at=ticket.placed_at,
        accept_by=ticket.accept_by,
        ready_at=ticket.ready_at,
        reason=ticket.reason,
        fulfilment=TicketKind(ticket.fulfilment),
        wanted_at=ticket.wanted_at,
        minimum_age=ticket.minimum_age,
    )


def with_names(ticket: TicketView, names: Sequence[str]) -> TicketView:
    """The ticket with whom each line is for, by its number among `names`."""
    if not names:
        return ticket
    lines = tuple(
        msgspec.structs.replace(line, for_person=names[line.person - 1])
        if line.person and line.person <= len(names)
        else line
        for line in ticket.lines
    )
    named: TicketView = msgspec.structs.replace(ticket, lines=lines)
    return named


def _facts(restaurant: Restaurant) -> dict[str, Any]:
    return {
        "id": RestaurantId(restaurant.id),
        "slug": restaurant.slug,
        "name": restaurant.name,
        "cuisine": restaurant.cuisine,
        "region": restaurant.region,
        "city": restaurant.city,
        "area": restaurant.area,
        "point": Point(lat=restaurant.lat, lon=restaurant.lon),
        "zone": ring_of(restaurant),
        "opening_hours": restaurant.opening_hours,
        "time_zone": regions.get(restaurant.region).time_zone.key,
        "paused_until": restaurant.paused_until,
        "preparation_minutes": restaurant.minutes_to_prepare,
        "min_order": restaurant.min_order_money,
        "menu_version": restaurant.menu_version,
        "orders_per_slot": restaurant.orders_per_slot,
        "full_until": restaurant.full_until,
    }
