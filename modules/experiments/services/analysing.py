"""Reading experiments, and stopping those that hurt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from uuid import UUID

import msgspec
import structlog
from django.db import DatabaseError

from modules.experiments.definitions import ranges_of
from modules.experiments.interface import ExperimentState, StopReason
from modules.experiments.kinds import METRICS, WHOLE, Measure, Metric
from modules.experiments.models import Analysis, Experiment
from modules.experiments.selectors import figures
from modules.experiments.services.trials import stop_experiment
from modules.experiments.statistics import ALPHA, MISMATCH, Sums, compare, is_hurt, mismatch
from tiffin import clock, db, regions
from tiffin.dto import DTO
from tiffin.states import StateConflict

log = structlog.get_logger(__name__)


class Figure(DTO):
    """A metric of one variation: its `mean` (money in minor units), and against the first variation the
    `lift` with its interval, as fractions. What cannot be said yet is None. `hurt`: as a guardrail it is
    surely worse by more than what is tolerated."""

    variation: str
    participants: int
    total: int
    mean: float | None
    lift: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    hurt: bool = False


class Read(DTO):
    """A metric in all variations; money is of one currency."""

    metric: str
    says: str
    role: str
    better: str
    currency: str
    figures: tuple[Figure, ...]


class Reading(DTO):
    """What an experiment's figures say. `mismatch` is the probability that the groups came to be of these
    sizes by chance; with `is_mismatched` nothing of the rest can be relied on."""

    counts: dict[str, int]
    mixed: int
    mismatch: float
    is_mismatched: bool
    metrics: tuple[Read, ...]

    @property
    def harm(self) -> str | None:
        """Which guardrail is hurt, in words; None: none is."""
        for read in self.metrics:
            for figure in read.figures:
                if figure.hurt:
                    by = f" {figure.lift:+.1%}" if figure.lift is not None else ""
                    return f"{read.metric}{by} with {figure.variation}"
        return None


def analyse_running() -> int:
    """All that run; how many were read."""
    running = Experiment.objects.filter(state_name=ExperimentState.RUNNING.value)
    read = 0
    for experiment_id, key in list(running.order_by("key").values_list("id", "key")):
        try:
            analyse(experiment_id)
            read += 1
        except DatabaseError as error:  # of one; the guardrails of the others are looked at all the same
            log.error("experiment_not_read", experiment=key, error=repr(error))
    return read


def analyse(experiment_id: UUID) -> Reading:
    """Read it now, keep what was read, and stop it where a guardrail is hurt."""
    experiment = Experiment.get(experiment_id)
    reading = read(experiment)
    _keep(experiment, reading)
    harm = reading.harm
    may_stop = experiment.stops_on_harm and not experiment.is_holdout  # a holdout keeps people from harm
    if harm and may_stop and experiment.state is ExperimentState.RUNNING:
        log.warning("experiment_hurts", experiment=experiment.key, harm=harm)
        with suppress(StateConflict):  # somebody was faster
            stop_experiment(experiment_id=experiment.id, reason=StopReason.GUARDRAIL, note=harm)
    return reading


def read(experiment: Experiment) -> Reading:
    """What its figures say at this moment."""
    counts, mixed = figures.counts(experiment)
    parts = _parts(experiment)
    probability = mismatch([counts[key] for key in parts], list(parts.values()))
    return Reading(
        counts=counts,
        mixed=mixed,
        mismatch=probability,
        is_mismatched=probability < MISMATCH and not experiment.buckets_changed,
        metrics=tuple(_metrics(experiment)),
    )


def _parts(experiment: Experiment) -> dict[str, int]:
    """By variation how many of all buckets it has."""
    weights = [each["weight"] for each in experiment.variations]
    ranges = ranges_of(weights, experiment.share)
    return {
        each["key"]: round((high - low) * WHOLE)
        for each, (low, high) in zip(experiment.variations, ranges, strict=True)
    }


# --- inside -----------------------------------------------------------------------------------------


def _metrics(experiment: Experiment) -> Iterator[Read]:
    named = [(experiment.metric, "primary"), *((key, "guardrail") for key in experiment.guardrails)]
    others = [(key, "other") for key in METRICS if key not in dict(named)]
    # Each guardrail is asked of each variation, of money once a currency: together they are wrong as rarely
    # as one would be.
    asked = sum(len(_currencies(experiment, METRICS[key])) for key in experiment.guardrails)
    alpha = ALPHA / max(asked * (len(experiment.variations) - 1), 1)
    moments = figures.moments(experiment)
    for key, role in [*named, *others]:
        metric = METRICS[key]
        for currency, codes in _currencies(experiment, metric):
            found = figures.sums(moments, metric, codes)
            if role == "other" and not any(each.y for each in found.values()):
                continue
            yield Read(
                metric=key,
                says=metric.says,
                role=role,
                better="more" if metric.more_is_better else "less",
                currency=currency,
                figures=tuple(_figures(experiment, metric, role, found, alpha)),
            )


def _currencies(experiment: Experiment, metric: Metric) -> list[tuple[str, list[str] | None]]:
    """Amounts of different currencies are never added: each with the codes of its regions."""
    if metric.measure is not Measure.SPEND:
        return [("", None)]
    codes: dict[str, list[str]] = {}
    for region in regions.all():
        meant = not experiment.regions or region.code in experiment.regions
        if meant and region.code not in experiment.excluded_regions:
            codes.setdefault(region.currency, []).append(region.code)
    return [(currency, of) for currency, of in sorted(codes.items())]


def _figures(
    experiment: Experiment, metric: Metric, role: str, found: Mapping[str, Sums], alpha: float
) -> Iterator[Figure]:
    first, *others = [each["key"] for each in experiment.variations]
    nobody = Sums(0, 0, 0, 0, 0, 0)
    control = found.get(first, nobody)
    yield Figure(variation=first, participants=control.n, total=control.y, mean=control.mean)
    for key in others:
        sums = found.get(key, nobody)
        lift = compare(control, sums)
        hurt = role == "guardrail" and is_hurt(
            control,
            sums,
            more_is_better=metric.more_is_better,
            tolerance=experiment.tolerance / WHOLE,
            alpha=alpha,
        )
        yield Figure(
            variation=key,
            participants=sums.n,
            total=sums.y,
            mean=sums.mean,
            lift=lift.lift if lift else None,
            low=lift.low if lift else None,
            high=lift.high if lift else None,
            p=lift.p if lift else None,
            hurt=hurt,
        )


def _keep(experiment: Experiment, reading: Reading) -> None:
    """The latest of each hour stays: a line of all phases' life."""
    now = clock.now()
    with db.transaction():
        hour = now.replace(minute=0, second=0, microsecond=0)
        of_phase = Analysis.objects.filter(experiment=experiment, phase=experiment.phase)
        of_phase.filter(at__gte=hour).delete()
        Experiment.objects.filter(pk=experiment.pk).update(read_at=now)
        db.insert(
            Analysis(
                experiment=experiment,
                phase=experiment.phase,
                at=now,
                reading=msgspec.to_builtins(reading),
            )
        )
