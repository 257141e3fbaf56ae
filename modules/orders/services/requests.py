"""What the restaurant and the courier are told about an order: no more than they need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from modules.delivery.interface import Dropoff, Parcel, Place
from modules.delivery.interface import Point as DeliveryPoint
from modules.orders.interface import ChosenOption, ComponentKind
from modules.orders.models import Order, OrderComponent, OrderLine
from modules.orders.quotes import Pickup
from modules.restaurants.interface import (
    ItemId,
    OfferedOrder,
    OrderId,
    RestaurantId,
    TicketChoice,
    TicketKind,
    TicketLine,
)
from tiffin import clock, db
from tiffin.money import Money

_COURIERS_SHARE = [ComponentKind.DELIVERY_FEE.value, ComponentKind.TIP.value]


def restaurant_offer(order: Order) -> OfferedOrder:
    """The order as the kitchen reads it; the restaurant answers before the order's own deadline."""
    lines = tuple(
        _line(line) for line in sorted(db.find(OrderLine, order_id=order.id), key=lambda line: line.number)
    )
    return OfferedOrder(
        order_id=OrderId(order.id),
        restaurant_id=RestaurantId(order.restaurant_id),
        reference=order.code,
        lines=lines,
        placed_at=order.created_at,
        accept_by=order.waits_until or clock.now(),
        total=order.money(order.subtotal),
        note=order.note,
        names=order.names,
        fulfilment=TicketKind.PICKUP if order.is_fetched else TicketKind.DELIVERY,
        wanted_at=order.wanted_at,
        minimum_age=order.minimum_age,
    )


def courier_request(order: Order) -> dict[str, Any]:
    """The arguments of `Delivery.request` but for the key, once the restaurant has accepted. What the courier
    earns is the delivery fee before discounts, and the tip."""
    pickup = msgspec.convert(order.pickup, Pickup)
    return {
        "order_id": order.id,
        "region": order.region,
        "pickup": Place(
            name=pickup.name,
            address=pickup.address,
            point=DeliveryPoint(lat=pickup.point.lat, lon=pickup.point.lon),
        ),
        "dropoff": Dropoff(
            customer_id=order.customer_id,
            point=_door_of(order),
            sealed=order.sealed,
        ),
        "ready_at": order.ready_at,
        "fee": _courier_fee(order),
        "parcel": Parcel(reference=order.code, worth=order.money(order.total), minimum_age=order.minimum_age),
    }


def _door_of(order: Order) -> DeliveryPoint:
    """Orders of a forgotten customer have none, and are given up: no courier is asked for them."""
    if order.dropoff_lat is None or order.dropoff_lon is None:
        raise LookupError(f"order {order.id}: where it goes was forgotten")
    return DeliveryPoint(lat=order.dropoff_lat, lon=order.dropoff_lon)


def _courier_fee(order: Order) -> Money:
    earned = db.find(OrderComponent, order_id=order.id, kind=_COURIERS_SHARE)
    return order.money(sum(component.amount for component in earned))


def _line(line: OrderLine) -> TicketLine:
    options = msgspec.convert(line.options, tuple[ChosenOption, ...])
    return TicketLine(
        title=line.title,
        count=line.quantity,
        options=tuple(read for option in options for read in _option_read(option)),
        item_id=ItemId(line.item_id),
        price=line.unit_price,
        choices=tuple(_choice(option) for option in options),
        person=line.person,
        note=line.note,
    )


def _choice(option: ChosenOption) -> TicketChoice:
    return TicketChoice(
        item_id=ItemId(option.option_id),
        title=option.title,
        count=option.quantity,
        price=option.price.amount,
        choices=tuple(_choice(inner) for inner in option.choices),
    )


def _option_read(option: ChosenOption) -> Iterator[str]:
    yield option.title if option.quantity == 1 else f"{option.quantity} × {option.title}"
    for inner in option.choices:
        yield from _option_read(inner)
