"""Customers who order, as the log of orders tells it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from modules.analytics import services
from modules.orders.events import OrderCancelled, OrderedItem, OrderPlaced
from tiffin import clock, db, ids
from tiffin.log import Event, Recorded, publish
from tiffin.money import Money
from tiffin.testing.things import Thing, new_thing

RESTAURANT = UUID("01900000-0000-7000-8000-00000000000a")


def pence(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")


def placed(customer_id: UUID, **given: Any) -> OrderPlaced:
    facts = {
        "order_id": ids.new_id(),
        "customer_id": customer_id,
        "restaurant_id": RESTAURANT,
        "quote_id": ids.new_id(),
        "total": pence(2350),
        "items": (OrderedItem(item_id=ids.new_id(), title="Ramen", quantity=2, total=pence(2100)),),
        "placed_at": clock.now(),
    }
    return OrderPlaced(**{**facts, **given})


def cancelled(customer_id: UUID, reason: str = "customer") -> OrderCancelled:
    return OrderCancelled(
        order_id=ids.new_id(), customer_id=customer_id, restaurant_id=RESTAURANT, reason=reason, by="customer"
    )


def record(event: Event, **given: Any) -> Recorded:
    """The event as it was read from the log."""
    values: dict[str, Any] = dict.fromkeys(Recorded._fields)
    facts = {
        "event_id": ids.new_id(),
        "occurred_at": clock.now(),
        "region": "gb",
        "name": event.wire,
        "payload": msgspec.json.encode(event),
    }
    return Recorded(**{**values, **facts, **given})


def tell(*events: Event, thing: Thing | None = None) -> None:
    """Orders publishes them, one after the other."""
    about = thing or new_thing()
    with db.transaction(owner="orders"):
        publish(Thing.lock(about.id), *events)


def customer(*, agrees: bool = True) -> UUID:
    who = ids.new_id()
    if agrees:
        services.agree(customer_id=who, agreed=True)
    return who
