"""A kitchen, and a customer who has an e-mail address."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.orders.tests import scenes
from modules.orders.tests.conftest import _own_context, kitchen

__all__ = ["_own_context", "kitchen"]


@pytest.fixture
def zofia(database: object) -> UUID:
    return scenes.register()
