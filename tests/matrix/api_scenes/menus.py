"""Menus on their way to being published."""

from __future__ import annotations

from tests.matrix.api_scenes.scenes import MENU, scene
from tests.matrix.stage import Scene, Stage, seen


@scene("POST /restaurant/menu/previews")
def a_new_menu(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(body={"document": MENU, "restaurant_id": gb.id}, shows=gb.id, keys=(gb.id,), changes=False)


def a_preview(stage: Stage) -> str:
    gb, kitchen = stage.cast.gb, stage.cast.kitchen
    made = kitchen.post("/restaurant/menu/previews", {"document": MENU, "restaurant_id": gb.id})
    assert made.is_success, made.text
    return str(made.json()["id"])


@scene("GET /restaurant/menu/previews/{preview_id}")
def a_preview_to_see(stage: Stage) -> Scene:
    gb, preview = stage.cast.gb, a_preview(stage)
    return Scene(path={"preview_id": preview}, query={"restaurant_id": gb.id}, shows=preview)


@scene("POST /restaurant/menu/previews/{preview_id}/publish")
def a_preview_to_publish(stage: Stage) -> Scene:
    gb, preview = stage.cast.gb, a_preview(stage)
    look = seen(stage.cast.kitchen, f"/restaurant/menu/previews/{preview}?restaurant_id={gb.id}")
    return Scene(path={"preview_id": preview}, body={"restaurant_id": gb.id}, keys=(gb.id,), look=look)


@scene("GET /restaurant/menu/versions", "GET /restaurant/menu/versions/{version}")
def published_versions(stage: Stage) -> Scene:
    return Scene(path={"version": "1"}, query={"restaurant_id": stage.cast.gb.id}, shows="version")


@scene("POST /restaurant/menu/versions/{version}/publish")
def a_version_to_bring_back(stage: Stage) -> Scene:
    gb = stage.cast.gb
    return Scene(path={"version": "1"}, body={"restaurant_id": gb.id}, keys=(gb.id,), changes=False)


@scene("POST /deliverect/{topic}")
def a_message_that_is_not_signed(stage: Stage) -> Scene:
    return Scene(path={"topic": "status"}, body={"status": 110})
