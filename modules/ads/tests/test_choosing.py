"""Which of several creatives is shown: each has its floor, the better one has most."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modules.ads.engine.choosing import FLOOR, choose

DRAWS = 2_000
# How far a count may be from what is expected of it: one in a million.
SIGMAS = 5

arms = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)).map(lambda arm: (max(arm), min(arm))),
    min_size=1,
    max_size=5,
)


def drawn(counted: list[tuple[int, int]], seed: int, floor: float = FLOOR) -> Counter[int]:
    random = np.random.default_rng(seed)
    return Counter(choose(counted, random, floor) for _ in range(DRAWS))


def at_least(share: float) -> float:
    return DRAWS * share - SIGMAS * sqrt(DRAWS * share)


@settings(max_examples=25)
@given(counted=arms, seed=st.integers(0, 2**32))
def test_each_keeps_its_floor_whatever_it_did(counted: list[tuple[int, int]], seed: int) -> None:
    found = drawn(counted, seed)
    assert set(found) <= set(range(len(counted)))
    assert all(found[arm] >= at_least(FLOOR / len(counted)) for arm in range(len(counted)))


@settings(max_examples=25)
@given(counted=arms, seed=st.integers(0, 2**32))
def test_with_a_floor_of_one_all_are_shown_alike(counted: list[tuple[int, int]], seed: int) -> None:
    found = drawn(counted, seed, floor=1.0)
    assert all(found[arm] >= at_least(1 / len(counted)) for arm in range(len(counted)))


@pytest.mark.parametrize("better", [0, 1, 2])
def test_the_better_one_has_all_but_the_floors_of_the_others(better: int) -> None:
    counted = [(20_000, 400)] * 3
    counted[better] = (20_000, 800)
    found = drawn(counted, seed=7)
    assert found[better] >= at_least(1 - FLOOR * 2 / 3)


def test_one_that_is_new_is_tried_beside_one_that_does_well() -> None:
    found = drawn([(20_000, 600), (0, 0)], seed=7)
    assert found[1] > DRAWS * FLOOR
