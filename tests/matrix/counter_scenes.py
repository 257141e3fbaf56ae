"""What the rows of `pages.txt` of kitchens and couriers ask about, beside those of `page_scenes`."""

from __future__ import annotations

from dataclasses import replace

from tests.matrix import api_scenes
from tests.matrix.page_scenes import SCENES, like, scene
from tests.matrix.stage import Scene, Stage

# --- the counter's page


for row in ("GET /restaurant/", "GET /restaurant/tickets"):
    SCENES[row] = like("GET /restaurant/tickets/{order_id}")

SCENES["POST /restaurant/tickets/{order_id}/accept"] = like(
    "POST /restaurant/tickets/{order_id}/accept", body={"minutes": "10"}
)
SCENES["POST /restaurant/tickets/{order_id}/reject"] = like(
    "POST /restaurant/tickets/{order_id}/reject", body={"reason": "too_busy"}
)


@scene("POST /restaurant/tickets/{order_id}/delay")
def a_ticket_that_takes_longer(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /restaurant/tickets/{order_id}/delay"](stage)
    promised = stage.cast.kitchen.get(f"/restaurant/tickets/{same.path['order_id']}").json()["ready_at"]
    return replace(same, body={"promised": promised, "minutes": "10"})


for row in (
    "POST /restaurant/tickets/{order_id}/ready",
    "POST /restaurant/tickets/{order_id}/cancel",
    "POST /restaurant/tickets/{order_id}/hand-over",
):
    SCENES[row] = like(row)


@scene("POST /restaurant/{restaurant_id}/pause")
def an_open_restaurant(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /restaurant/pause"](stage)
    return replace(same, path={"restaurant_id": stage.cast.gb.id}, body={"minutes": "30"})


@scene("POST /restaurant/{restaurant_id}/busy")
def a_busy_restaurant(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /restaurant/busy"](stage)
    return replace(same, path={"restaurant_id": stage.cast.gb.id}, body={"minutes": "20"})


@scene("POST /restaurant/{restaurant_id}/working")
def a_restaurants_way_of_working(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /restaurant/working"](stage)
    body = {"phone": "+44 20 7946 0000", "open_orders_limit": ""}
    return replace(same, path={"restaurant_id": stage.cast.gb.id}, query={}, body=body)


@scene("POST /restaurant/{restaurant_id}/capacity")
def a_restaurant_with_places(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /restaurant/capacity"](stage)
    return replace(same, path={"restaurant_id": stage.cast.gb.id}, body={"orders_per_slot": "7"})


@scene("GET /restaurant/{restaurant_id}/menu", "POST /restaurant/{restaurant_id}/items/{item_id}")
def a_menu(stage: Stage) -> Scene:
    same = api_scenes.SCENES["PUT /restaurant/items/{item_id}/availability"](stage)
    path = {**same.path, "restaurant_id": stage.cast.gb.id}
    return replace(same, path=path, body={"available": "no"}, shows=same.path["item_id"])


@scene("GET /restaurant/menus/{restaurant_id}/", "GET /restaurant/menus/{restaurant_id}/versions/{number}/")
def published_versions(stage: Stage) -> Scene:
    return Scene(path={"restaurant_id": stage.cast.gb.id, "number": "1"}, shows=stage.cast.gb.id)


@scene("POST /restaurant/menus/{restaurant_id}/preview")
def no_menu_at_all(stage: Stage) -> Scene:
    """A form without its file changes nothing."""
    gb = stage.cast.gb
    return Scene(path={"restaurant_id": gb.id}, body={}, keys=(gb.id,), changes=False)


@scene(
    "GET /restaurant/menus/{restaurant_id}/previews/{preview_id}/",
    "POST /restaurant/menus/{restaurant_id}/previews/{preview_id}/publish",
)
def a_preview(stage: Stage) -> Scene:
    same = api_scenes.SCENES["POST /restaurant/menu/previews/{preview_id}/publish"](stage)
    gb = stage.cast.gb
    return replace(same, path={**same.path, "restaurant_id": gb.id}, body={}, shows=gb.id)


@scene("POST /restaurant/menus/{restaurant_id}/publish-again")
def a_version_to_bring_back(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(path={"restaurant_id": gb.id}, body={"version": "1"}, keys=(gb.id,), changes=False)


# --- the courier's page

for row in ("GET /courier/", "GET /courier/panel"):
    SCENES[row] = like("GET /courier/deliveries")

SCENES["POST /courier/shift/start"] = like("POST /courier/shift", body={"area": "london:Matrix"})
SCENES["POST /courier/shift/end"] = like("DELETE /courier/shift")
SCENES["POST /courier/report"] = like("POST /courier/position", body={"lat": "51.45", "lon": "-0.3"})
for step in ("accept", "pass"):
    SCENES[f"POST /courier/offers/{{offer_id}}/{step}"] = like(f"POST /courier/offers/{{offer_id}}/{step}")
for step in ("give-back", "pick-up", "drop-off", "refuse-at-door"):
    SCENES[f"POST /courier/deliveries/{{order_id}}/{step}"] = like(
        f"POST /courier/deliveries/{{order_id}}/{step}"
    )
