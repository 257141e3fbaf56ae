"""Fixtures of the tests of rewards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from modules.rewards.charities import goodstack as adapter
from modules.rewards.tests.localgoodstack import SECRET_KEY, LocalGoodstack


@pytest.fixture
def goodstack(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalGoodstack]:
    """Goodstack, on the other end of a line that waits half a second."""
    local = LocalGoodstack()
    settings.TIFFIN_GOODSTACK_SECRET_KEY = SECRET_KEY
    settings.TIFFIN_GOODSTACK_API = local.address
    monkeypatch.setattr(adapter, "TIMEOUT", httpx.Timeout(0.4))
    yield local
    local.stop()
