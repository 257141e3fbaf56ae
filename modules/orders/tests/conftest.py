"""Fixtures of the tests of orders."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from modules.orders.selectors import known
from modules.orders.selectors.tracking import forget_history
from modules.orders.tests import scenes
from tiffin import context, ids


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    """Nothing that one test changes about who asks reaches another."""
    with context.use(context.current()):
        yield
    known.menu.cache_clear()
    forget_history()


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return scenes.open_kitchen()


@pytest.fixture
def customer() -> UUID:
    return ids.new_id()
