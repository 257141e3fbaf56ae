"""What runs beside requests: begun once, and not ended by what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest

from tiffin import serving

AT_ONCE = timedelta(seconds=0.01)
SOON_SECONDS = 5


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Only what a test registers."""
    monkeypatch.setattr(serving, "_repeated", {})
    monkeypatch.setattr(serving, "_followed", {})
    yield
    serving.stop()


def test_it_is_done_again_and_again_whatever_it_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PAUSE_AFTER_ERROR", AT_ONCE)
    times, often = [], Event()

    @serving.repeat("stumbles", pause=AT_ONCE)
    def stumble() -> None:
        times.append(1)
        if len(times) == 3:
            often.set()
        raise ValueError("once more")

    serving.start()
    serving.start()
    assert often.wait(SOON_SECONDS)


def test_it_ends_when_it_is_stopped() -> None:
    times: list[int] = []
    serving.repeat("counts", pause=AT_ONCE)(lambda: times.append(1))
    serving.start()
    serving.stop()
    before = len(times)
    assert not Event().wait(0.1)
    assert len(times) == before
