"""Who does not answer is left alone, and tried again by one at a time."""

from __future__ import annotations

import time

import pytest

from tiffin.remote import breaker
from tiffin.remote.breaker import FAILURES_THAT_OPEN, FIRST_REST_SECONDS, LONGEST_REST_SECONDS, Breaker


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, in hands[0]."""
    now = [time.monotonic()]
    monkeypatch.setattr(breaker, "monotonic", lambda: now[0])
    return now


def opened() -> Breaker:
    one = Breaker()
    for _ in range(FAILURES_THAT_OPEN):
        assert one.allows()
        one.failed()
    return one


def test_a_few_failures_are_borne_and_a_success_forgets_them() -> None:
    one = Breaker()
    for _ in range(3):
        for _ in range(FAILURES_THAT_OPEN - 1):
            one.failed()
        one.succeeded()
    assert one.allows()


def test_many_in_a_row_open_it_for_a_rest(hands: list[float]) -> None:
    one = opened()
    assert not one.allows()
    hands[0] += FIRST_REST_SECONDS + 0.01
    assert one.allows()


def test_after_the_rest_one_tries_and_decides_for_all(hands: list[float]) -> None:
    one = opened()
    hands[0] += FIRST_REST_SECONDS + 0.01
    assert one.allows()
    assert not one.allows(), "a second one waits for the first"
    one.succeeded()
    assert one.allows()
    assert one.allows()


def test_each_try_that_fails_makes_the_rest_longer_up_to_a_bound(hands: list[float]) -> None:
    one = opened()
    rests = []
    for _ in range(8):
        began = hands[0]
        while not one.allows():
            hands[0] += 0.05
        rests.append(hands[0] - began)
        one.failed()
    assert rests == sorted(rests)
    assert LONGEST_REST_SECONDS <= rests[-1] < LONGEST_REST_SECONDS + 0.1
