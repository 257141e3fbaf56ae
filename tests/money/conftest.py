"""Kitchens of other tests know nothing of these; and the providers as processes, for orders that are paid
over the real wire."""

from __future__ import annotations

from typing import Any

import pytest

from modules.orders.tests.conftest import _own_context, kitchen
from modules.payments.tests.conftest import adyen, running_stripe, served_by, stripe
from modules.rewards.tests.conftest import goodstack
from tests.money.wires import AtAdyen, AtStripe, Wire

__all__ = ["_own_context", "adyen", "goodstack", "kitchen", "running_stripe", "served_by", "stripe"]


@pytest.fixture(params=["stripe", "adyen"])
def wire(request: pytest.FixtureRequest, settings: Any) -> Wire:
    """Whoever holds the money: what the test says holds with each."""
    local = request.getfixturevalue(request.param)
    return AtStripe(local, settings) if request.param == "stripe" else AtAdyen(local, settings)
