"""Fixtures of the tests of analytics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modules.analytics.tests.outside import World, listening
from tiffin import context
from tiffin.log import cursors
from tiffin.testing import things


@pytest.fixture(autouse=True)
def _own_context() -> Iterator[None]:
    """Nothing that one test changes about who asks reaches another."""
    with context.use(context.current()):
        yield


@pytest.fixture
def world() -> Iterator[World]:
    with listening() as heard:
        yield heard


@pytest.fixture
def configured(world: World, settings: Any) -> World:
    """Both sinks, with all keys; bodies are not packed."""
    settings.TIFFIN_ANALYTICS_SINKS = ("segment", "posthog")
    settings.TIFFIN_SEGMENT_WRITE_KEY, settings.TIFFIN_SEGMENT_GZIP = "write-key", False
    settings.TIFFIN_POSTHOG_PROJECT_KEY, settings.TIFFIN_POSTHOG_GZIP = "phc_key", False
    settings.TIFFIN_SEGMENT_HOST = settings.TIFFIN_SEGMENT_API = world.url
    settings.TIFFIN_POSTHOG_HOST = settings.TIFFIN_POSTHOG_API = world.url
    settings.TIFFIN_SEGMENT_API_TOKEN = "sgp_token"
    settings.TIFFIN_POSTHOG_PERSONAL_KEY, settings.TIFFIN_POSTHOG_PROJECT_ID = "phx_key", "42"
    return world


@pytest.fixture
def orders(database: object) -> Iterator[None]:
    """A log of orders to tell something in, and cursors in it."""
    with things.tables():
        cursors.ensure("analytics")
        yield
