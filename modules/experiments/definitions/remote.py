"""What a GrowthBook server says, made safe: no bucket without a variation, and nobody put elsewhere by a
change that was made while an experiment ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modules.experiments.definitions.ranges import ranges_of_fractions

_NEARLY_ONE = (0.99, 1.01)
# What of a rule says who is in which bucket. A higher `bucketVersion` is a change that is meant.
_BUCKETS = ("coverage", "weights", "ranges", "condition", "hashAttribute", "hashVersion", "seed", "namespace",
            "filters")  # fmt: skip
Features = Mapping[str, Any]


def normalised(features: Features) -> dict[str, Any]:
    """The same features; rules whose weights are only nearly 1 together have ranges."""
    return {key: _with_whole_rules(feature) for key, feature in features.items()}


def changed_buckets(before: Features, now: Features) -> set[str]:
    """Keys of experiments that are the same phase as before with other buckets."""
    earlier = {_phase(rule): rule for rule in experiments_in(before)}
    return {
        rule["key"]
        for rule in experiments_in(now)
        if (was := earlier.get(_phase(rule))) is not None
        and any(was.get(name) != rule.get(name) for name in _BUCKETS)
    }


def experiment_keys(features: Features) -> set[str]:
    return {rule["key"] for rule in experiments_in(features)}


def _phase(rule: Mapping[str, Any]) -> tuple[str, int]:
    return rule["key"], rule.get("bucketVersion") or 0


def experiments_in(features: Features) -> Iterator[Mapping[str, Any]]:
    """Their rules, each with its experiment's key."""
    for key, feature in features.items():
        for rule in feature.get("rules") or ():
            if rule.get("variations"):
                yield {"key": key, **rule}


def _with_whole_rules(feature: Mapping[str, Any]) -> dict[str, Any]:
    rules = feature.get("rules")
    return {**feature, "rules": [_whole(rule) for rule in rules]} if rules else dict(feature)


def _whole(rule: Mapping[str, Any]) -> dict[str, Any]:
    weights = rule.get("weights")
    if not weights or rule.get("ranges") or len(weights) != len(rule.get("variations") or ()):
        return dict(rule)
    least, most = _NEARLY_ONE
    if not least <= sum(weights) <= most or min(weights) < 0:
        return dict(rule)  # the SDK gives each the same then
    coverage = rule.get("coverage")
    share = 1.0 if coverage is None else min(max(coverage, 0.0), 1.0)
    return {**rule, "ranges": ranges_of_fractions(weights, share)}
