"""Platforms with modules elsewhere: each in a group of its own, on a database server of its own, which may be
killed. They are shared, for each start is most of a minute."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modules.analytics.tests.outside import World as Outside
from modules.analytics.tests.outside import listening
from tests.acceptance.conftest import World, books, customer, new_places, places
from tiffin.testing.plugin import whole_platform
from tiffin.testing.running import Platform

__all__ = ["books", "customer", "places"]


@pytest.fixture(scope="session")
def outside() -> Iterator[Outside]:
    """Where analytics tells what it is to tell."""
    with listening() as heard:
        yield heard


@pytest.fixture(scope="session")
def platform(outside: Outside) -> Iterator[Platform]:
    """Payments, ads and analytics are elsewhere."""
    told = {
        "TIFFIN_ANALYTICS_SINKS": "segment,posthog",
        "TIFFIN_SEGMENT_WRITE_KEY": "write-key",
        "TIFFIN_SEGMENT_HOST": outside.url,
        "TIFFIN_POSTHOG_PROJECT_KEY": "phc_key",
        "TIFFIN_POSTHOG_HOST": outside.url,
    }
    options = ("--elsewhere", "payments,ads,analytics")
    with whole_platform("elsewhere", options, told, durable=True) as running:
        yield running


@pytest.fixture(scope="package")
def apart() -> Iterator[Platform]:
    """Rewards and subscriptions are elsewhere."""
    options = ("--elsewhere", "rewards,subscriptions")
    with whole_platform("apart", options, durable=True) as running:
        yield running


@pytest.fixture(scope="package")
def places_apart(apart: Platform) -> World:
    return new_places(apart)
