"""The scenes by the rows they set the stage for, and what several of them use."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.matrix import world
from tests.matrix.stage import Scene, Stage

ADDRESS = {"street": "3 Short Walk", "city": "Anywhere", "postcode": "A1", "lat": 51.45, "lon": -0.3}
MENU = json.loads(world.MENU.read_text())
SCENES: dict[str, Callable[[Stage], Scene]] = {}


def scene(*rows: str) -> Callable[[Callable[[Stage], Scene]], Callable[[Stage], Scene]]:
    """Names the rows that the decorated function sets the stage for."""

    def decorate(make: Callable[[Stage], Scene]) -> Callable[[Stage], Scene]:
        SCENES.update(dict.fromkeys(rows, make))
        return make

    return decorate


def of_kitchen(stage: Stage, method: str, path: str, body: Any = None) -> Any:
    kitchen = stage.cast.kitchen
    answer = kitchen.http.request(method, path, json=body, headers=kitchen._headers())
    assert answer.is_success, answer.text
    return answer
