"""The flags and experiments of our own staff, as features."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from modules.experiments.definitions.ranges import ranges_of
from modules.experiments.kinds import WHOLE
from modules.experiments.models import Experiment, Flag, Rollout, Variation

Feature = dict[str, Any]
HASH_VERSION = 2
HELD = "held"
FREE = "free"


def variations_of(experiment: Experiment) -> list[Variation]:
    return msgspec.convert(experiment.variations, list[Variation])


def holdout_key(holdout: Experiment, flag: Flag | None = None) -> str:
    """The feature that says who is held out; of a `flag` for itself, where regions exclude it."""
    return f"holdout:{holdout.key}:{flag.key}" if flag else f"holdout:{holdout.key}"


def holdout_feature(holdout: Experiment, excluded: Collection[str] = ()) -> Feature:
    return {"defaultValue": FREE, "rules": [experiment_rule(holdout, excluded)]}


def feature_of(
    flag: Flag, experiments: Sequence[Experiment], rollouts: Sequence[Rollout], excluded: Collection[str]
) -> Feature:
    """Who is held out is asked first, then experiments, then rollouts. In `excluded` regions nobody takes
    part in experiments."""
    if not flag.is_on:
        return {"defaultValue": flag.value, "rules": []}
    rules = []
    if flag.holdout:
        rules = [held_rule(flag, holdout_key(flag.holdout, flag if excluded else None))]
    rules += [experiment_rule(experiment, excluded) for experiment in experiments]
    rules += [rollout_rule(rollout) for rollout in rollouts]
    return {"defaultValue": flag.value, "rules": rules}


def held_rule(flag: Flag, holdout: str) -> Feature:
    return {
        "id": "holdout",
        "parentConditions": [{"id": holdout, "condition": {"value": HELD}}],
        "force": flag.value,
    }


def experiment_rule(experiment: Experiment, excluded: Collection[str]) -> Feature:
    variations = variations_of(experiment)
    rule: Feature = {
        "id": experiment.key,
        "key": experiment.key,
        "name": experiment.name,
        "phase": str(experiment.phase),
        "seed": f"{experiment.key}/{experiment.phase}",
        "hashVersion": HASH_VERSION,
        "hashAttribute": experiment.unit.value,
        "bucketVersion": experiment.phase,
        "variations": [each.value for each in variations],
        "meta": [{"key": each.key, "name": each.name} for each in variations],
        "ranges": ranges_of([each.weight for each in variations], experiment.share),
    }
    condition = _where(experiment.regions, {*experiment.excluded_regions, *excluded}, experiment.condition)
    if condition:
        rule["condition"] = condition
    if experiment.namespace is not None:
        rule["filters"] = [
            {
                "seed": experiment.namespace.key,
                "attribute": experiment.unit.value,
                "hashVersion": HASH_VERSION,
                "ranges": [[experiment.from_place / WHOLE, experiment.to_place / WHOLE]],
            }
        ]
    return rule


def rollout_rule(rollout: Rollout) -> Feature:
    rule: Feature = {"id": str(rollout.id), "force": rollout.value}
    condition = _where(rollout.regions, (), rollout.condition)
    if condition:
        rule["condition"] = condition
    if rollout.share < WHOLE:
        # `id`: customers by their own, strangers by their browser's.
        rule |= {"coverage": rollout.share / WHOLE, "hashAttribute": "id", "hashVersion": HASH_VERSION}
        rule["seed"] = rollout.flag.key
    return rule


def _where(
    regions: Collection[str], excluded: Collection[str], condition: Mapping[str, Any]
) -> dict[str, Any]:
    """In these regions, without those, by that condition."""
    region: dict[str, Any] = {}
    if regions:
        region["$in"] = sorted(regions)
    if excluded:
        region["$nin"] = sorted(excluded)
    parts = [{"region": region}] if region else []
    parts += [dict(condition)] if condition else []
    return parts[0] if len(parts) == 1 else {"$and": parts} if parts else {}
