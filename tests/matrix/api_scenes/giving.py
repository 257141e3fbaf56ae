"""Giving to charities."""

from __future__ import annotations

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.giving_scenes import charity_of, donation_of, receipt_of, standing_order_of
from tests.matrix.stage import Scene, Stage, seen


@scene("GET /rewards/causes")
def causes(stage: Stage) -> Scene:
    charity = charity_of(stage.cast, "gb")
    return Scene(query={"region": "gb"}, shows=charity)


@scene("GET /rewards/donations", "GET /rewards/donations/{donation_id}/receipt")
def a_donation(stage: Stage) -> Scene:
    customer = stage.cast.customer
    donation = donation_of(stage.cast, charity_of(stage.cast, "gb"), customer.id, "gb")
    receipt_of(stage.cast, donation, "gb")
    return Scene(path={"donation_id": donation}, shows=donation)


@scene("POST /rewards/donations", "POST /rewards/donations/preview")
def points_that_nobody_has(stage: Stage) -> Scene:
    return Scene(body={"charity_id": charity_of(stage.cast, "gb"), "points": 100_000})


@scene("GET /rewards/giving")
def a_year(stage: Stage) -> Scene:
    return Scene(query={"region": "gb", "year": "2027"})


@scene("POST /rewards/standing-orders")
def a_wish_to_give_each_month(stage: Stage) -> Scene:
    looks = seen(stage.cast.customer, "/rewards/standing-orders")
    return Scene(body={"charity_id": charity_of(stage.cast, "gb"), "points": 100, "day": 31}, look=looks)


@scene("GET /rewards/standing-orders", "PATCH /rewards/standing-orders/{standing_order_id}")
def a_standing_order(stage: Stage) -> Scene:
    customer = stage.cast.customer
    order = standing_order_of(stage.cast, charity_of(stage.cast, "gb"), customer.id, "gb")
    looks = seen(customer, "/rewards/standing-orders")
    return Scene(path={"standing_order_id": order}, body={"points": 200}, shows=order, look=looks)
