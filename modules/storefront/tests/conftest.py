"""Fixtures of the tests of the storefront."""

from __future__ import annotations

import pytest

from modules.restaurants.interface import RestaurantView
from modules.storefront.tests.people import Customer, open_noodle_bar


@pytest.fixture
def noodle_bar() -> RestaurantView:
    return open_noodle_bar()


@pytest.fixture
def zofia(noodle_bar: RestaurantView) -> Customer:
    return Customer.nearby()
