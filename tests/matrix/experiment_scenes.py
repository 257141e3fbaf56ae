"""Flags and experiments, which belong to no region, for the staff's pages."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.matrix.cast import Cast

_FLAG = """
INSERT INTO experiments_flag (id, key, kind, value, says, is_on, is_public, created_at)
VALUES (gen_random_uuid(), %s, 'text', '"plain"', '', %s, false, now()) RETURNING id
"""
_ROLLOUT = """
INSERT INTO experiments_rollout (id, flag_id, place, value, share, regions, condition, is_on,
    note, created_at)
VALUES (gen_random_uuid(), %s, 0, '"plain"', 0, '{}', '{}', %s, '', now()) RETURNING id
"""
_NAMESPACE = """
INSERT INTO experiments_namespace (id, key, says, created_at)
VALUES (gen_random_uuid(), %s, '', now()) RETURNING id
"""
_EXPERIMENT = """
INSERT INTO experiments_experiment (id, region, version, log_txid, created_at, key, name, hypothesis, flag_id,
    unit, variations, share, regions, excluded_regions, condition, from_place, to_place, metric, guardrails,
    tolerance, stops_on_harm, ends_at, state, phase, buckets_changed, started_at, stop_reason, note)
VALUES (gen_random_uuid(), '', 0, 0, now(), %s, 'Matrix', '', %s, 'customer', %s::jsonb, 1, '{}', '{}', '{}',
    0, 10000, 'orders', '{}', 0, false, now() + interval '1 year', %s, 0, false, now(), '', '') RETURNING id
"""
_CATALOGUE = """
INSERT INTO experiments_catalogue (id, region, version, log_txid, created_at, revision, payload, sticky,
    holdouts, remote, remote_buckets, remote_note)
VALUES ('019319d0-0000-7000-8000-000000000001', '', 0, 0, now(), 0, '{}', '{}', '{}', '{}', '{}',
    '')
ON CONFLICT (id) DO UPDATE SET remote_note = experiments_catalogue.remote_note RETURNING id
"""
# The matrix releases the variation of this name.
_VARIATIONS = [
    {"key": key, "name": key, "value": "plain", "weight": 5_000} for key in ("asked by the matrix", "new")
]


def experiment_rows(cast: Cast) -> dict[str, str]:
    """The primary keys, by model."""
    return {
        "experiments.flag": flag_of(cast),
        "experiments.rollout": rollout_of(cast),
        "experiments.namespace": _one(cast, _NAMESPACE, _key()),
        "experiments.catalogue": _one(cast, _CATALOGUE),
        "experiments.experiment": experiment_of(cast, "draft"),
    }


def flag_of(cast: Cast, *, on: bool = True) -> str:
    return _one(cast, _FLAG, _key(), on)


def rollout_of(cast: Cast, *, on: bool = True) -> str:
    return _one(cast, _ROLLOUT, flag_of(cast), on)


def experiment_of(cast: Cast, state: str) -> str:
    return _one(cast, _EXPERIMENT, _key(), flag_of(cast), json.dumps(_VARIATIONS), state)


def _key() -> str:
    return f"matrix.{uuid4().hex}"


def _one(cast: Cast, query: str, *values: object) -> str:
    return str(cast.platform.sql("experiments", query, list(values))[0][0])


FITTING_EXPERIMENTS = {
    "experiments.flag:switch_on": lambda stage: flag_of(stage.cast, on=False),
    "experiments.flag:switch_off": lambda stage: flag_of(stage.cast),
    "experiments.rollout:switch_on": lambda stage: rollout_of(stage.cast, on=False),
    "experiments.rollout:switch_off": lambda stage: rollout_of(stage.cast),
    "experiments.experiment:start": lambda stage: experiment_of(stage.cast, "draft"),
    "experiments.experiment:stop": lambda stage: experiment_of(stage.cast, "running"),
    "experiments.experiment:release": lambda stage: experiment_of(stage.cast, "draft"),
    "experiments.experiment:look_at": lambda stage: experiment_of(stage.cast, "stopped"),
    "experiments.experiment:analyse": lambda stage: experiment_of(stage.cast, "draft"),
}
