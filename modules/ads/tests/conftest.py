"""Fixtures of the tests of ads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modules.ads.services import writing
from modules.ads.services.keeping import keeper
from tiffin import context


@pytest.fixture(autouse=True)
def _forgets() -> Iterator[None]:
    """What one test showed is unknown to the next."""
    with context.use(context.current()):
        yield
    keeper.empty()
    writing.forget()
