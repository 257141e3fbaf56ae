"""Kitchens of other tests know nothing of these; and the providers as processes, for orders that are paid
over the real wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modules.orders.selectors import known
from modules.orders.tests import scenes
from modules.payments.tests.conftest import adyen, running_stripe, served_by, stripe
from tests.money.wires import AtAdyen, AtStripe, Wire
from tiffin import context

__all__ = ["adyen", "running_stripe", "served_by", "stripe"]


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    with context.use(context.current()):
        yield
    known.menu.cache_clear()


@pytest.fixture
def kitchen(database: object) -> scenes.Kitchen:
    return scenes.open_kitchen()


@pytest.fixture(params=["stripe", "adyen"])
def wire(request: pytest.FixtureRequest, settings: Any) -> Wire:
    """Whoever holds the money: what the test says holds with each."""
    local = request.getfixturevalue(request.param)
    return AtStripe(local, settings) if request.param == "stripe" else AtAdyen(local, settings)
