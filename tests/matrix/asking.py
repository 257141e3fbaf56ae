"""Asking for a row what its table says: those who may not first, about the same object as those who may."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from tests.matrix import table
from tests.matrix.cast import Asker
from tests.matrix.stage import Scene, Stage
from tests.matrix.table import Cell, Row

Ask = Callable[[Row, Asker, Scene], httpx.Response]
DOORS = ("/restaurant/", "/courier/", "/admin/")


def difference(row: Row, scene: Scene, stage: Stage, ask: Ask) -> str:
    """A line for each answer that is not what the table says; empty when all are."""
    try:
        wrong = [*_refusals(row, scene, stage, ask), *_grants(row, scene, stage, ask)]
    finally:
        scene.after()
        stage.clear()
    return "".join(f"\n{line}" for line in wrong)


def _refusals(row: Row, scene: Scene, stage: Stage, ask: Ask) -> list[str]:
    before = stage.state_of(scene)
    wrong = _differences(row, scene, stage, ask, refusing=True)
    after = stage.state_of(scene)
    if after != before:
        wrong.append(f"{row.name}: a refused request changed something: {before} became {after}")
    return wrong


def _grants(row: Row, scene: Scene, stage: Stage, ask: Ask) -> list[str]:
    before = stage.state_of(scene)
    wrong = _differences(row, scene, stage, ask, refusing=False)
    watched = scene.changes and (scene.look is not None or scene.keys)
    if row.method != "GET" and watched and not wrong and stage.state_of(scene) == before:
        wrong.append(f"{row.name}: it was allowed, and nothing changed")
    return wrong


def _differences(row: Row, scene: Scene, stage: Stage, ask: Ask, *, refusing: bool) -> list[str]:
    return [
        line
        for column, askers in {**stage.cast.everybody(), **scene.askers}.items()
        for asker in askers
        if row.cells[column].refuses is refusing
        and (line := _difference(row, row.cells[column], asker, scene, ask))
    ]


def _difference(row: Row, cell: Cell, asker: Asker, scene: Scene, ask: Ask) -> str:
    """Empty when the answer is what the table says."""
    answer = ask(row, asker, scene)
    got = f"{answer.status_code} {code_of(answer)}".strip()
    expected = f"{cell.status} {cell.code}".strip()
    if got != expected:
        return f"{row.name}  as {asker.name}: expected {expected}, got {got}: {answer.text[:200]}"
    if (to_login := _is_login(row, answer)) is not (cell.word == table.LOGIN):
        return f"{row.name}  as {asker.name}: {'sent' if to_login else 'not sent'} to log in"
    if answer.is_success:
        scene.told(answer)
    shown = bool(scene.shows) and scene.shows in answer.text
    if cell.word == table.NONE and shown:
        return f"{row.name}  as {asker.name}: shows {scene.shows}, which is somebody else's"
    if cell.status == 200 and not cell.word and scene.shows and not shown:
        return f"{row.name}  as {asker.name}: does not show {scene.shows}: {answer.text[:200]}"
    return ""


def _is_login(row: Row, answer: httpx.Response) -> bool:
    """Whether it sends to where the people of this page log in."""
    door = next((door for door in DOORS if row.path.startswith(door)), "/")
    return (
        answer.status_code == 302
        and answer.headers["Location"].partition("?")[0].rstrip("/") == f"{door}login"
    )


def code_of(answer: httpx.Response) -> str:
    problem = answer.headers.get("Content-Type", "").startswith("application/problem+json")
    return str(answer.json()["code"]) if problem else ""
