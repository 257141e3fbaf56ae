"""The broker holds no fact: it may hang, die and come back empty while orders are placed."""

from __future__ import annotations

import signal
import time
from typing import Any

import pytest

from tests.acceptance.conftest import World
from tests.acceptance.people import Customer, until
from tiffin.testing.running import Platform

pytestmark = [pytest.mark.platform, pytest.mark.full]

GONE_SECONDS = 30
MOVING_AGAIN_SECONDS = 5
LOGIN_SECONDS = 3


@pytest.mark.timeout(180)
def test_orders_are_placed_without_a_broker_and_move_again_soon_after_it_is_back(
    platform: Platform, customer: Customer, places: World
) -> None:
    # Given a broker that hangs, with whatever it held
    redis = platform.process("redis")
    platform.kill("redis", signal.SIGSTOP)
    try:
        # When people log in and order meanwhile
        placed = _ordering(customer, places, seconds=GONE_SECONDS)
    finally:
        # And it dies, and comes back empty
        platform.kill("redis")
        platform.await_restart("redis", redis)
    back = time.monotonic()
    # Then each of them moves again at once: it is paid for, and lies on the restaurant's counter
    for order in placed:
        customer.await_status(order, "waiting_for_restaurant")
    assert time.monotonic() - back < MOVING_AGAIN_SECONDS


def _ordering(customer: Customer, places: World, *, seconds: float) -> list[dict[str, Any]]:
    placed = []
    until_then = time.monotonic() + seconds
    while time.monotonic() < until_then:
        began = time.monotonic()
        customer.logs_in_again()
        assert time.monotonic() - began < LOGIN_SECONDS
        placed.append(customer.order(places.open))
        time.sleep(2)
    assert len(placed) >= 5
    return placed


@pytest.mark.timeout(120)
def test_a_broker_that_is_emptied_again_and_again_loses_no_order(
    platform: Platform, customer: Customer, places: World
) -> None:
    placed = [customer.order(places.open) for _ in range(3)]
    for _ in range(5):
        platform.empty_redis()
        placed.append(customer.order(places.open))
    for order in placed:
        until(lambda order=order: customer.look(order)["status"], lambda s: s == "waiting_for_restaurant")
