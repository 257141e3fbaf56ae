"""Flags: anybody asks for their own."""

from __future__ import annotations

from tests.matrix.api_scenes.scenes import scene
from tests.matrix.stage import Scene, Stage


@scene("POST /experiments/flags")
def flags_of_an_app(stage: Stage) -> Scene:
    return Scene(body={"region": "gb"}, changes=False)


@scene("POST /experiments/exposures")
def what_was_never_answered(stage: Stage) -> Scene:
    return Scene(body={"tokens": ["of nothing"]}, changes=False)
