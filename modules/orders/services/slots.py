"""Taking a time beforehand: of two customers who want the last place one gets it."""

from __future__ import annotations

from datetime import datetime, timedelta

from modules.orders.interface import Fulfilment, PlacingRefused
from modules.orders.models import Order, SlotUse
from modules.orders.slots import days_ahead, starts
from modules.restaurants.interface import RestaurantFacts
from tiffin import db, regions

MOST_PLACES = 1_000
_TAKE_A_PLACE = """
    INSERT INTO orders_slotuse (restaurant_id, slot_at, number, order_id)
    SELECT %(restaurant)s, %(at)s, number, %(order)s
    FROM generate_series(1, %(places)s) AS number
    WHERE NOT EXISTS (SELECT FROM orders_slotuse AS taken
        WHERE taken.restaurant_id = %(restaurant)s AND taken.slot_at = %(at)s
            AND taken.number = number.number)
    ORDER BY number LIMIT 1
    ON CONFLICT DO NOTHING
    RETURNING number
"""


def check_in_reach(facts: RestaurantFacts, wanted_at: datetime, *, now: datetime) -> None:
    """Raises PlacingRefused for a time that is past or too far away to be looked at."""
    days = days_ahead(regions.get(facts.region), now)
    if not now <= wanted_at <= now + timedelta(days=days):
        raise PlacingRefused(
            reason=f"Orders are taken up to {days} days beforehand; please choose another time."
        )


def check_slot(facts: RestaurantFacts, wanted_at: datetime, fulfilment: Fulfilment, *, now: datetime) -> None:
    """Raises PlacingRefused for a time that is none of the restaurant's slots, or full."""
    if wanted_at not in set(starts(facts, fulfilment, now)):
        raise PlacingRefused(
            reason=f"{facts.name} takes no orders for {_told(facts, wanted_at)}; please choose another time."
        )
    if facts.orders_per_slot is not None and taken_at(facts, wanted_at) >= facts.orders_per_slot:
        raise _full(facts, wanted_at)


def taken_at(facts: RestaurantFacts, slot_at: datetime) -> int:
    return SlotUse.objects.filter(restaurant_id=facts.id, slot_at=slot_at).count()


@db.transaction_required
def take_slot(order: Order, facts: RestaurantFacts) -> None:
    """Raises PlacingRefused when the last place was taken meanwhile. Places of a restaurant without a limit
    are counted too: it may set one later."""
    if order.wanted_at is None:
        return
    places = MOST_PLACES if facts.orders_per_slot is None else facts.orders_per_slot
    for _ in range(places):
        if db.select(
            _TAKE_A_PLACE,
            restaurant=facts.id,
            at=order.wanted_at,
            order=order.id,
            places=places,
        ):
            return
    raise _full(facts, order.wanted_at)


@db.transaction_required
def release_slot(order: Order) -> None:
    """Somebody else may have the time."""
    if order.wanted_at is not None:
        SlotUse.objects.filter(order=order).delete()


def _full(facts: RestaurantFacts, wanted_at: datetime) -> PlacingRefused:
    return PlacingRefused(
        reason=f"The last place at {_told(facts, wanted_at)} has been taken; please choose another time."
    )


def _told(facts: RestaurantFacts, moment: datetime) -> str:
    return f"{regions.get(facts.region).local(moment):%Y-%m-%d %H:%M}"
