"""A vendor's own system."""

from __future__ import annotations

from typing import Any

from tests.matrix.api_scenes.scenes import of_kitchen, scene
from tests.matrix.stage import Scene, Stage

CONNECTIONS = "/restaurant/connections"


def _wanted(stage: Stage) -> dict[str, Any]:
    """Nobody has that address, ever (RFC 2606)."""
    own = [stage.cast.gb.id]
    return {"name": "Till", "channel": "webhook", "url": "https://till.invalid/", "restaurant_ids": own}


def _settled(stage: Stage, path: str) -> Any:
    """What only people change of a connection, or that there is none."""
    kitchen = stage.cast.kitchen
    answer = kitchen.get(path)
    shown = answer.json()
    return answer.status_code, [shown.get(name) for name in ("name", "enabled", "acknowledged")]


@scene("POST /restaurant/connections")
def an_unconnected_restaurant(stage: Stage) -> Scene:
    def disconnect() -> None:
        for each in of_kitchen(stage, "GET", CONNECTIONS).json():
            of_kitchen(stage, "DELETE", f"{CONNECTIONS}/{each['id']}")

    return Scene(
        body=_wanted(stage),
        shows=stage.cast.gb.id,
        look=lambda: len(of_kitchen(stage, "GET", CONNECTIONS).json()),
        after=disconnect,
    )


def connected(stage: Stage, body: Any = None, *, changes: bool = False, kept: bool = True) -> Scene:
    """A connection of the kitchen's, and an event that was told through it."""
    connection = of_kitchen(stage, "POST", CONNECTIONS, _wanted(stage)).json()["id"]
    own = f"{CONNECTIONS}/{connection}"
    event = of_kitchen(stage, "POST", f"{own}/test").json()["id"]
    return Scene(
        path={"connection_id": connection, "event_id": event},
        body=body,
        look=(lambda: _settled(stage, own)) if changes else None,
        after=lambda: of_kitchen(stage, "DELETE", own) if kept else None,
    )


@scene(
    "GET /restaurant/connections",
    "GET /restaurant/connections/{connection_id}",
    "POST /restaurant/connections/{connection_id}/secret",
    "POST /restaurant/connections/{connection_id}/test",
    "POST /restaurant/connections/{connection_id}/deliveries/{event_id}/replay",
)
def a_connection(stage: Stage) -> Scene:
    scene = connected(stage)
    scene.shows = scene.path["connection_id"]
    return scene


@scene(
    "GET /restaurant/connections/{connection_id}/deliveries",
    "GET /restaurant/connections/{connection_id}/events",
)
def an_event_that_was_told(stage: Stage) -> Scene:
    scene = connected(stage)
    scene.shows = scene.path["event_id"]
    return scene


@scene("PUT /restaurant/connections/{connection_id}")
def another_name(stage: Stage) -> Scene:
    """Whose restaurants it is for is left open: that of whoever asks."""
    body = {"name": "Another till", "channel": "webhook", "url": "https://till.invalid/"}
    return connected(stage, body, changes=True)


@scene("DELETE /restaurant/connections/{connection_id}")
def a_connection_to_end(stage: Stage) -> Scene:
    return connected(stage, changes=True, kept=False)


@scene("POST /restaurant/connections/{connection_id}/acknowledge")
def a_feed_that_was_read(stage: Stage) -> Scene:
    scene = connected(stage, {"through": 1}, changes=True)
    of_kitchen(stage, "GET", f"{CONNECTIONS}/{scene.path['connection_id']}/events")
    return scene
