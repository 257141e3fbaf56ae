"""What a GrowthBook server says, made safe: no bucket without a variation, and nobody put elsewhere by a
change that was made while an experiment ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from msgspec import json

from modules.experiments.definitions.ranges import ranges_of_fractions

_NEARLY_ONE = (0.99, 1.01)
# What of a rule says who is in which bucket. A higher `bucketVersion` is a change that is meant.
_BUCKETS = ("coverage", "weights", "ranges", "condition", "hashAttribute", "hashVersion", "seed", "namespace",
            "filters")  # fmt: skip
Features = Mapping[str, Any]


def normalised(features: Features) -> dict[str, Any]:
    """The same features; rules whose weights are only nearly 1 together have ranges."""
    return {key: _with_whole_rules(feature) for key, feature in features.items()}


def buckets_of(features: Features) -> dict[str, str]:
    """By `experiment__phase` a fingerprint of who is put where by its rules."""
    found: dict[str, list[Any]] = {}
    for rule in experiments_in(features):
        found.setdefault(_phase(rule), []).append([rule.get(name) for name in _BUCKETS])
    return {phase: _fingerprint(rules) for phase, rules in found.items()}


def changed_buckets(first: Mapping[str, str], features: Features) -> set[str]:
    """Keys of experiments that put people elsewhere than they first did in this phase."""
    now = buckets_of(features)
    return {
        rule["key"]
        for rule in experiments_in(features)
        if first.get(_phase(rule), now[_phase(rule)]) != now[_phase(rule)]
    }


def _fingerprint(rules: list[Any]) -> str:
    return sha256(json.encode(rules, order="deterministic")).hexdigest()[:16]


def _phase(rule: Mapping[str, Any]) -> str:
    return f"{rule['key']}__{rule.get('bucketVersion') or 0}"


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
