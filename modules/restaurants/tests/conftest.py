"""Fixtures of the tests of restaurants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modules.restaurants.channels.deliverect.token import forget_token
from modules.restaurants.tests.deliverect_system import Deliverect, deliverect


@pytest.fixture
def outside(database: object, settings: Any) -> Iterator[Deliverect]:
    """Deliverect, as a process that speaks its wire."""
    with deliverect() as system:
        system.configure(settings)
        forget_token()
        yield system
