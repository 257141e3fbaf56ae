"""What happens to the orders behind many open streams: a process of its own moves them on as the platform's
handlers do, and couriers say where they are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from bench.measuring import say

ON_THE_WAY_SHARE = 0.3
REPORT_EVERY_SECONDS = 10.0
STEP_DEGREES = 0.0004  # some 40 m, what a bicycle does in ten seconds


class Riding(NamedTuple):
    """A courier on the way with an order, and from where."""

    courier_id: UUID
    region: str
    lat: float
    lon: float


def steps() -> tuple[dict[str, Any], ...]:
    """An order's way in the moves that its handlers make at once."""
    from modules.orders.interface import CourierState, OrderState, PaymentState, VendorState

    return (
        {"payment": PaymentState.AUTHORISED, "order": OrderState.CONFIRMED},
        {"vendor": VendorState.OFFERED},
        {"vendor": VendorState.ACCEPTED, "order": OrderState.ACCEPTED},
        {"courier": CourierState.SEARCHING},
        {"courier": CourierState.ASSIGNED},
        {"vendor": VendorState.READY},
        {"vendor": VendorState.COLLECTED, "courier": CourierState.PICKED_UP},
    )


def bring_on_the_way(order_ids: Sequence[str]) -> list[Riding]:
    """Each of these orders is with a courier of its own."""
    from modules.delivery.interface import DeliveryState
    from modules.delivery.models import Courier, DeliveryTask
    from modules.orders.models import Order
    from modules.orders.services.recording import record
    from tiffin import clock, db, ids
    from tiffin.context import Context, use

    riding = []
    for order_id in order_ids:
        with use(Context(correlation=ids.new_id())), db.transaction(owner="orders"):
            order = Order.lock(UUID(order_id))
            order.courier_id = ids.new_id()
            for step in steps():
                order.move(**step)
            order.picked_up_at = clock.now()
            record(order, cause="bench")
        place = order.pickup["point"]
        with db.transaction(owner="delivery"):
            Courier.objects.create(id=order.courier_id, region=order.region, on_shift=True)
            DeliveryTask.objects.create(
                id=order.id,
                region=order.region,
                customer_id=order.customer_id,
                state_name=DeliveryState.PICKED_UP.value,
                pickup_name=order.restaurant_name,
                pickup_address="",
                pickup_lat=place["lat"],
                pickup_lon=place["lon"],
                dropoff_lat=order.dropoff_lat,
                dropoff_lon=order.dropoff_lon,
                dropoff_sealed="",
                fee=0,
                currency=order.currency,
                ready_at=clock.now(),
                search_until=clock.now(),
                courier_id=order.courier_id,
            )
        riding.append(Riding(order.courier_id, order.region, place["lat"], place["lon"]))
    return riding


def move(orders: Sequence[str], riding: Sequence[Riding], rate: float, over: Event) -> None:
    """Until it is `over`, move `rate` orders a second one step on, in turn, and let every courier report."""
    from modules.orders.models import Order
    from modules.orders.services.recording import record
    from tiffin import db, ids
    from tiffin.context import Context, use

    way, random = steps(), Random(len(orders))
    moves = ((order_id, step) for step in way[:-1] for order_id in orders)
    began, moved, reported = time.monotonic(), 0, 0
    while not over.is_set():
        passed = time.monotonic() - began
        while reported < passed * len(riding) / REPORT_EVERY_SECONDS:
            _report(riding[reported % len(riding)], random)
            reported += 1
        if moved >= passed * rate:
            time.sleep(0.005)
            continue
        order_id, step = next(moves, (None, {}))
        if order_id is None:
            return
        with use(Context(correlation=ids.new_id())), db.transaction(owner="orders"):
            order = Order.lock(UUID(order_id))
            order.move(**step)
            record(order, cause="bench")
        moved += 1
    say(f"{moved / (time.monotonic() - began):.0f} moves and {reported} reports of places")


def _report(courier: Riding, random: Random) -> None:
    from modules.delivery import positions
    from modules.delivery.interface import Point

    lat = courier.lat + random.uniform(-STEP_DEGREES, STEP_DEGREES)
    lon = courier.lon + random.uniform(-STEP_DEGREES, STEP_DEGREES)
    positions.report(courier.courier_id, region=courier.region, point=Point(lat=lat, lon=lon))
