"""Couriers and what they carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage, seen


@scene("GET /courier/shift", "DELETE /courier/shift")
def a_courier_on_shift(stage: Stage) -> Scene:
    return courier(stage, stage.on_shift())


@scene("POST /courier/position")
def a_position(stage: Stage) -> Scene:
    """Kept for two minutes, and shown to nobody but the customer who waits."""
    position = courier(stage, stage.on_shift())
    position.changes = False
    return position


@scene("POST /courier/shift")
def a_courier_at_home(stage: Stage) -> Scene:
    return courier(stage, stage.cast.new_courier())


def courier(stage: Stage, person: Any) -> Scene:
    return Scene(
        body={"region": "gb", "lat": stage.cast.gb.lat, "lon": stage.cast.gb.lon},
        tokens={"courier": person.token},
        look=seen(person, "/courier/shift"),
        after=stage.goes_home(person),
    )


@scene(
    "GET /courier/offers", "POST /courier/offers/{offer_id}/accept", "POST /courier/offers/{offer_id}/pass"
)
def an_offer(stage: Stage) -> Scene:
    order, person, offer = stage.offered()
    return Scene(
        path={"offer_id": offer},
        shows=order["id"],
        tokens={"courier": person.token},
        keys=(order["id"],),
        look=seen(person, "/courier/offers"),
        after=stage.goes_home(person),
    )


@scene("GET /orders/{order_id}/handover", "POST /courier/deliveries/{order_id}/give-back")
def a_delivery_nobody_has_fetched(stage: Stage) -> Scene:
    return delivery(stage, *stage.carried())


@scene("GET /courier/deliveries", "POST /courier/deliveries/{order_id}/pick-up")
def a_delivery(stage: Stage) -> Scene:
    order, person = stage.carried()
    assert stage.cast.kitchen.post(f"/restaurant/tickets/{order['id']}/ready").is_success
    return delivery(stage, order, person)


@scene("POST /courier/deliveries/{order_id}/drop-off")
def a_delivery_under_way(stage: Stage) -> Scene:
    return delivery(stage, *stage.under_way())


@scene("POST /courier/deliveries/{order_id}/refuse-at-door")
def a_delivery_that_asks_for_no_age(stage: Stage) -> Scene:
    """Nobody may refuse it, and for others it is not there."""
    return replace(a_delivery_under_way(stage), changes=False)


def delivery(stage: Stage, order: dict[str, Any], person: Any) -> Scene:
    return Scene(
        path={"order_id": order["id"]},
        shows=order["id"],
        tokens={"courier": person.token},
        keys=(order["id"],),
        look=seen(person, "/courier/deliveries"),
        after=stage.goes_home(person),
    )
