"""A restaurant whose till is behind Deliverect, and what happens to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from modules.restaurants import selectors, services
from modules.restaurants.interface import (
    OfferedOrder,
    TicketChoice,
    TicketLine,
    TicketState,
)
from modules.restaurants.models import (
    DeliverectMessage,
    Restaurant,
    Ticket,
    VendorConnection,
)
from modules.restaurants.models.deliverect import Heard
from modules.restaurants.models.vendors import ChannelName
from modules.restaurants.services.connections import WantedConnection
from modules.restaurants.services.menus import import_menu
from modules.restaurants.tests.deliverect_documents import pushed
from modules.restaurants.tests.deliverect_system import Deliverect
from modules.restaurants.tests.scenes import open_restaurant, order_for
from tiffin.money import Money
from tiffin.testing import settle


def behind_deliverect(outside: Deliverect) -> Restaurant:
    """Its menu came from Deliverect, and its connection is active there."""
    made = open_restaurant()
    import_menu(restaurant_id=made.id, document=pushed(), picture_files={})
    outside.register(connect(made).id)
    return Restaurant.objects.get(pk=made.id)


def connect(restaurant: Restaurant) -> VendorConnection:
    wanted = WantedConnection(name="Till", channel=ChannelName.DELIVERECT, restaurant_ids=(restaurant.id,))
    connection, _ = services.connect(wanted=wanted)
    return connection


def steak_for(restaurant: Restaurant, **changes: Any) -> OfferedOrder:
    """Two steaks, well done, with three fries of which one is free."""
    steak = selectors.menu(restaurant.id).document.categories[0].items[0]
    cooking, sides = steak.groups
    line = TicketLine(
        title="Steak frites",
        count=2,
        item_id=steak.id,
        price=1900 + 400,
        choices=(
            TicketChoice(item_id=cooking.options[1].id, title="Well done", count=1, price=0),
            TicketChoice(item_id=sides.options[0].id, title="Fries", count=3, price=400),
        ),
    )
    order = order_for(restaurant)
    fields = {"lines": (line,), "total": Money(amount=4600, currency="GBP"), **changes}
    return type(order)(**{**{name: getattr(order, name) for name in order.__struct_fields__}, **fields})


def offer(restaurant: Restaurant, **changes: Any) -> UUID:
    order = steak_for(restaurant, **changes)
    services.offer_order(order=order)
    settle()
    return order.order_id


def state_of(order_id: UUID) -> TicketState:
    return Ticket.get(order_id).state


def heard(**wanted: Any) -> list[tuple[Heard, str]]:
    """What became of the messages, as they came."""
    rows = DeliverectMessage.objects.filter(**wanted).exclude(topic_name="register").order_by("at", "id")
    return [(row.state, row.reason) for row in rows]


def told(outside: Deliverect, order_id: UUID, *statuses: int | str) -> None:
    for status in statuses:
        assert outside.status(order_id, status).status_code == 200
        settle()
