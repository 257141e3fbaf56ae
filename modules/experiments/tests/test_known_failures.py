"""What went wrong in other systems for experiments, and must not here (docs/reference/known-failures.md)."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from growthbook.core import chooseVariation
from hypothesis import given
from hypothesis import strategies as st

from modules.experiments.definitions import normalised, ranges_of
from modules.experiments.models import Experiment
from modules.experiments.services import publishing
from modules.experiments.tests import scenes

BUCKETS = [bucket / 10_000 for bucket in range(10_000)]


@st.composite
def whole_weights(draw: st.DrawFn) -> list[int]:
    """Two to six that are 10,000 basis points together."""
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=5)))
    return [after - before for before, after in pairwise([0, *cuts, 10_000])]


@given(weights=whole_weights())
def test_weights_leave_no_bucket_unassigned(weights: list[int]) -> None:
    ranges = [(low, high) for low, high in ranges_of(weights, 10_000)]

    assigned = [chooseVariation(bucket, ranges) for bucket in BUCKETS]

    assert [assigned.count(place) for place in range(len(weights))] == weights


@pytest.mark.parametrize("weights", [[0.4, 0.5999], [0.333, 0.333, 0.333], [0.5, 0.5049], [0.1] * 10])
def test_weights_of_a_server_that_are_nearly_whole_leave_no_bucket_unassigned(weights: list[float]) -> None:
    rule = {"key": "x", "variations": list(range(len(weights))), "weights": weights}

    whole = normalised({"f": {"defaultValue": 0, "rules": [rule]}})["f"]["rules"][0]

    ranges = [(low, high) for low, high in whole["ranges"]]
    assigned = [chooseVariation(bucket, ranges) for bucket in BUCKETS]
    assert -1 not in assigned
    for place, (end, weight) in enumerate(zip(accumulate(weights), weights, strict=True)):
        assert abs(assigned.count(place) / 10_000 - weight) < 0.01, (place, end)


@pytest.mark.usefixtures("database", "process")
def test_assignments_hold_after_a_coverage_change() -> None:
    """Given an experiment of everybody; when it shrinks to a tenth; then whoever took part keeps what they
    had, and hardly anybody new takes part."""
    made = scenes.running(scenes.flag(value="plain"))
    before = scenes.people(60)
    had = scenes.colours(before)
    assert set(had.values()) == {"red", "green"}

    scenes.change(made, share=1_000)

    assert scenes.colours(before) == had
    new = list(scenes.colours(scenes.people(200)).values())
    assert 0 < sum(colour != "plain" for colour in new) < 60


@pytest.mark.usefixtures("database", "process")
def test_more_weight_for_one_regroups_nobody() -> None:
    made = scenes.running(scenes.flag())
    before = scenes.people(60)
    had = scenes.colours(before)

    scenes.change(made, variations=scenes.variations(1_000, 9_000))

    assert scenes.colours(before) == had
    new = list(scenes.colours(scenes.people(200)).values())
    assert new.count("green") > 150


@pytest.mark.usefixtures("database", "process")
@pytest.mark.parametrize("attribute", [{"hashAttribute": "customer"}, {"hashAttribute": "id"}, {}])
def test_a_servers_new_weights_regroup_nobody(attribute: dict[str, str]) -> None:
    """A GrowthBook server changes weights of a phase that runs, also while it was away for a moment: whoever
    took part keeps what they had."""

    def server_says(*weights: float) -> None:
        rule = {
            "key": "remote",
            "variations": ["red", "green"],
            "meta": [{"key": "0"}, {"key": "1"}],
            "weights": list(weights),
            "hashVersion": 2,
            **attribute,
        }
        publishing.put_remote({"features": {"shop.colour": {"defaultValue": "plain", "rules": [rule]}}})

    server_says(0.5, 0.5)
    before = scenes.people(60)
    had = scenes.colours(before)
    assert set(had.values()) == {"red", "green"}

    server_says(0.05, 0.95)
    assert scenes.colours(before) == had
    publishing.put_remote({"features": {}})
    server_says(0.95, 0.05)

    assert scenes.colours(before) == had


@pytest.mark.usefixtures("database", "process")
def test_a_hash_version_stays_what_it_was() -> None:
    """Which of the published hashes puts people into groups is written into each rule, so that no SDK takes
    its own default for it."""
    scenes.running(scenes.flag())

    (rule,) = publishing.Catalogue.objects.get().payload["features"]["shop.colour"]["rules"]

    assert rule["hashVersion"] == 2
    assert Experiment.objects.get().phase == rule["bucketVersion"] == 0
