"""The payment provider carries out twice, answers too late, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.faults.storm import Aftermath
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.faults, pytest.mark.timeout(420)]

BAD_SECONDS = 8.0


def test_a_bad_day_of_the_provider(platform: Platform, survives: Callable[..., Aftermath]) -> None:
    file = Path(platform.environment("payments")["TIFFIN_HOME"]) / "run" / "sandbox-trouble"

    def strike(word: str) -> None:
        file.write_text(word)
        try:
            time.sleep(BAD_SECONDS)
        finally:
            file.unlink()

    survives({word: partial(strike, word) for word in ("twice", "late", "never")})
