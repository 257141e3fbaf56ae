"""Kitchens of other tests know nothing of these."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modules.orders.selectors import known
from modules.orders.tests import scenes
from tiffin import context


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    with context.use(context.current()):
        yield
    known.menu.cache_clear()


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return scenes.open_kitchen()
