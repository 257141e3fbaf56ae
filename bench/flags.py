"""`flags`: thirty flags, each with an experiment on it among a hundred that run, are read for one person
after the other, in process as any module reads them."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from bench.ground import ground
from bench.measuring import ROUNDS, Round, result, say

SECONDS = 5.0
EXPERIMENTS = 100
READ = 30
PEOPLE = 50_000


def run(*, seconds: float | None) -> dict[str, Any]:
    """Rounds of `seconds`. The ceiling is the SDK's own evaluation of the same flags, with nobody told."""
    with ground() as platform:
        platform.stop("web", "stream", "origin", "worker", "beat")
        length, random = seconds or SECONDS, Random(1)
        people = [UUID(int=random.getrandbits(128), version=4) for _ in range(PEOPLE)]
        ours, alone = _ours(), _alone()
        _measure(ours, people, random, 1.0)
        rounds = [_measure(ours, people, random, length) for _ in range(ROUNDS)]
        raw = _measure(alone, people, random, length)
    say(f"{rounds[0].rate:.0f} people a second read {READ} flags, {raw.rate:.0f} by the SDK alone")
    return result("flags", "people", rounds, ceilings=[raw.rate], flags=READ, experiments=EXPERIMENTS)


def _features() -> dict[str, Any]:
    from modules.experiments.definitions.own import experiment_rule
    from modules.experiments.models import Experiment

    halves = [{"key": key, "name": key, "value": key, "weight": 5_000} for key in ("control", "new")]
    trials = [
        Experiment(key=f"trial_{number}", name="Trial", variations=halves) for number in range(EXPERIMENTS)
    ]
    for trial in trials:
        trial.excluded_regions = ["gb"]
    return {
        f"bench.flag_{number}": {"defaultValue": "none", "rules": [experiment_rule(trial, ())]}
        for number, trial in enumerate(trials)
    }


def _ours() -> Callable[[UUID], list[str]]:
    from tiffin import flags
    from tiffin.flags import Definitions, Source, Subject

    definitions = Definitions(1, _features())
    source = Source(
        load=lambda known: None if known else definitions,
        before=lambda units: {},
        tell=lambda seen: None,
        producer="experiments",
        kind="definitions_changed",
    )
    flags.connect(source)
    read = [flags.declare(f"bench.flag_{number}", default="none", says="") for number in range(READ)]

    def ask(person: UUID) -> list[str]:
        seen = flags.of(Subject(region="pl", customer_id=person))
        return [seen.read(flag) for flag in read]

    ask(UUID(int=0))
    flags.refresh()
    if "none" in ask(UUID(int=1)):
        raise LookupError("nobody takes part")
    return ask


def _alone() -> Callable[[UUID], object]:
    from growthbook import GrowthBook

    features = _features()
    keys = [f"bench.flag_{number}" for number in range(READ)]
    book = GrowthBook(features=features)

    def ask(person: UUID) -> object:
        book.set_attributes({"customer": str(person), "region": "pl"})
        return [book.eval_feature(key).value for key in keys]

    return ask


def _measure(ask: Callable[[UUID], object], people: list[UUID], random: Random, seconds: float) -> Round:
    milliseconds, began = [], time.perf_counter()
    while (now := time.perf_counter()) < began + seconds:
        ask(random.choice(people))
        milliseconds.append((time.perf_counter() - now) * 1000)
    return Round(len(milliseconds), time.perf_counter() - began, milliseconds, {})
