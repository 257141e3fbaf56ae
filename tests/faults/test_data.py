"""What keeps the data stops, is emptied, or has no room left."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.faults.storm import Aftermath
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.full, pytest.mark.timeout(420)]

Survives = Callable[..., Aftermath]


def test_redis_is_emptied(platform: Platform, survives: Survives) -> None:
    survives(platform.empty_redis)


def test_redis_is_killed(platform: Platform, survives: Survives) -> None:
    survives(lambda: platform.await_restart("redis", platform.kill("redis")))


def test_postgresql_stops_immediately_and_starts_again(platform: Platform, survives: Survives) -> None:
    # SIGQUIT is PostgreSQL's immediate shutdown: nothing is written down, the next start recovers.
    survives(lambda: platform.await_restart("postgres", platform.kill("postgres", signal.SIGQUIT)))
