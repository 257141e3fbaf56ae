"""The times for which a restaurant can be ordered from beforehand."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count

from modules.orders.interface import Fulfilment, SlotView
from modules.orders.models import Order, SlotUse
from modules.orders.selectors import known
from modules.orders.slots import lead_time, slot_length, starts
from tiffin import clock, regions


def slots(*, restaurant_id: UUID, fulfilment: Fulfilment) -> tuple[SlotView, ...]:
    """Each slot in which it is open, the next one first. Raises RestaurantUnknown."""
    now = clock.now()
    facts, _ = known.restaurant(restaurant_id, at=now)
    length = slot_length(regions.get(facts.region), now)
    uses = SlotUse.objects.filter(restaurant_id=restaurant_id, slot_at__gt=now).values_list("slot_at")
    taken = dict(uses.annotate(Count("id")))
    places = facts.orders_per_slot
    return tuple(
        SlotView(
            starts_at=start,
            ends_at=start + length,
            is_free=places is None or taken.get(start, 0) < places,
        )
        for start in starts(facts, fulfilment, now)
    )


def offer_at(order: Order) -> datetime | None:
    """When the restaurant is asked about an order for later; None: at once."""
    if order.wanted_at is None:
        return None
    lead = lead_time(
        regions.get(order.region),
        preparation_minutes=order.preparation_minutes,
        fulfilment=order.fulfilment,
        at=order.created_at,
    )
    return order.wanted_at - lead
