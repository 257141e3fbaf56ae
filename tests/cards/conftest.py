"""Stripe serves Great Britain, and a noodle bar in Soho is open."""

from __future__ import annotations

from typing import Any

import pytest

from modules.payments.tests.conftest import running_stripe, served_by, stripe
from modules.payments.tests.localstripe import LocalStripe
from modules.payments.tests.stripejs import PUBLISHABLE_KEY
from modules.restaurants.interface import RestaurantView
from modules.storefront.tests.people import Customer, open_noodle_bar

__all__ = ["running_stripe", "served_by", "stripe"]


@pytest.fixture
def noodle_bar(database: object) -> RestaurantView:
    return open_noodle_bar()


@pytest.fixture
def zofia(noodle_bar: RestaurantView) -> Customer:
    return Customer.nearby()


@pytest.fixture
def at_stripe(stripe: LocalStripe, settings: Any) -> LocalStripe:
    """Stripe, whose library our pages may load."""
    settings.TIFFIN_STRIPE_PUBLISHABLE_KEY = PUBLISHABLE_KEY
    return stripe
