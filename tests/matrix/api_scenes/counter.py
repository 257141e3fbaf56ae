"""Restaurants and their counters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.matrix.api_scenes.scenes import of_kitchen, scene
from tests.matrix.stage import Scene, Stage, seen


@scene("GET /restaurants", "GET /restaurants/{restaurant_id}", "GET /restaurants/{restaurant_id}/menu")
def a_restaurant(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(path={"restaurant_id": gb.id}, query={"q": "matrix"}, shows=gb.id)


# --- the counter


@scene("GET /restaurant/restaurants")
def the_kitchens_restaurant(stage: Stage) -> Scene:
    return Scene(shows=stage.cast.gb.id)


@scene("GET /restaurant/tickets#of-this-one")
def one_counter(stage: Stage) -> Scene:
    return Scene(query={"restaurant_id": stage.cast.gb.id}, shows=stage.order()["id"])


@scene(
    "GET /restaurant/tickets",
    "GET /restaurant/tickets/{order_id}",
    "POST /restaurant/tickets/{order_id}/accept",
)
def a_new_ticket(stage: Stage) -> Scene:
    order = stage.order()
    return ticket_of(stage, order, {"ready_in_minutes": 10})


@scene("POST /restaurant/tickets/{order_id}/reject")
def a_ticket_to_refuse(stage: Stage) -> Scene:
    return ticket_of(stage, stage.order(), {"reason": "too_busy"})


@scene("POST /restaurant/tickets/{order_id}/preparing", "POST /restaurant/tickets/{order_id}/ready")
def an_accepted_ticket(stage: Stage) -> Scene:
    return ticket_of(stage, stage.cooked(), None)


@scene("POST /restaurant/tickets/{order_id}/delay")
def a_ticket_that_takes_longer(stage: Stage) -> Scene:
    order = stage.cooked()
    promised = datetime.fromisoformat(stage.ticket(order).json()["ready_at"])
    return ticket_of(stage, order, {"ready_at": (promised + timedelta(minutes=10)).isoformat()})


@scene("POST /restaurant/tickets/{order_id}/cancel")
def a_ticket_that_cannot_be_cooked(stage: Stage) -> Scene:
    return ticket_of(stage, stage.cooked(), {"reason": "item_unavailable"})


@scene("POST /restaurant/tickets/{order_id}/hand-over")
def a_ticket_to_be_fetched(stage: Stage) -> Scene:
    return ticket_of(stage, stage.fetched(), None)


def ticket_of(stage: Stage, order: dict[str, Any], body: Any) -> Scene:
    look = seen(stage.cast.kitchen, f"/restaurant/tickets/{order['id']}")
    return Scene(path={"order_id": order["id"]}, body=body, shows=order["id"], keys=(order["id"],), look=look)


@scene("PUT /restaurant/items/{item_id}/availability")
def an_item(stage: Stage) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    gyoza = gb.line("Gyoza")
    return Scene(
        path={"item_id": gyoza["item_id"]},
        body={"available": False, "restaurant_id": gb.id},
        keys=(gb.id,),
        look=seen(kitchen, f"/restaurants/{gb.id}/menu"),
        after=lambda: kitchen.has_again(gyoza),
    )


@scene("POST /restaurant/pause")
def an_open_restaurant(stage: Stage) -> Scene:
    return restaurant(stage, {"minutes": 30})


@scene("PUT /restaurant/busy")
def a_busy_restaurant(stage: Stage) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    usual = {"restaurant_id": gb.id, "minutes": 0}
    return Scene(
        body={"restaurant_id": gb.id, "minutes": 20},
        shows=gb.id,
        keys=(gb.id,),
        look=lambda: kitchen.get(f"/restaurants/{gb.id}").json()["preparation_minutes"],
        after=lambda: kitchen.http.put("/restaurant/busy", json=usual, headers=kitchen._headers()),
    )


@scene("PUT /restaurant/capacity")
def a_restaurant_with_places(stage: Stage) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    no_limit = {"restaurant_id": gb.id, "orders_per_slot": None}
    return Scene(
        body={"restaurant_id": gb.id, "orders_per_slot": 7},
        shows=gb.id,
        keys=(gb.id,),
        look=lambda: kitchen.get(f"/restaurants/{gb.id}").json()["orders_per_slot"],
        after=lambda: kitchen.http.put("/restaurant/capacity", json=no_limit, headers=kitchen._headers()),
    )


@scene("GET /restaurant/working", "PUT /restaurant/working")
def a_restaurants_way_of_working(stage: Stage) -> Scene:
    gb = stage.cast.gb
    path = f"/restaurant/working?restaurant_id={gb.id}"
    usual = {"restaurant_id": gb.id, "accepts_unanswered": False, "phone": ""}
    return Scene(
        query={"restaurant_id": gb.id},
        body={**usual, "phone": "+442079460000"},
        shows=gb.id,
        look=seen(stage.cast.kitchen, path),
        after=lambda: of_kitchen(stage, "PUT", "/restaurant/working", usual),
    )


@scene("POST /restaurant/resume")
def a_paused_restaurant(stage: Stage) -> Scene:
    assert stage.cast.kitchen.post("/restaurant/pause", {"minutes": 30}).is_success
    return restaurant(stage, {})


def restaurant(stage: Stage, body: dict[str, Any]) -> Scene:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    return Scene(
        body={**body, "restaurant_id": gb.id},
        shows=gb.id,
        keys=(gb.id,),
        look=lambda: kitchen.get(f"/restaurants/{gb.id}").json()["paused_until"],
        after=lambda: kitchen.post("/restaurant/resume", {"restaurant_id": gb.id}),
    )
