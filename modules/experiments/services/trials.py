"""Experiments: written, begun, changed while they run, ended, and begun anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError

from modules.experiments.definitions.own import FREE, HELD
from modules.experiments.errors import ExperimentRefused
from modules.experiments.events import ExperimentStopped
from modules.experiments.interface import ExperimentState, StopReason, Unit
from modules.experiments.kinds import WHOLE
from modules.experiments.models import Experiment, Flag, Rollout, Variation
from modules.experiments.services.flags import require_condition, require_fitting, require_regions
from modules.experiments.services.publishing import lock_catalogue, republish
from tiffin import clock, db, jobs
from tiffin.log import publish

USUALLY = timedelta(days=28)
# What may be changed of one that runs; what else says who is given what would make it another experiment.
_WHILE_RUNNING = frozenset(
    {
        "name", "hypothesis", "variations", "share", "regions", "excluded_regions", "condition",
        "guardrails", "tolerance", "stops_on_harm", "ends_at",
    }
)  # fmt: skip
_BUCKETS = frozenset({"variations", "share", "regions", "excluded_regions", "condition"})


def draft_experiment(experiment: Experiment) -> Experiment:
    """A new one, of which nobody is part yet. Raises ValidationError."""
    _check(experiment)
    with db.transaction():
        lock_catalogue()
        experiment.save(force_insert=True)
    return experiment


def change_experiment(experiment: Experiment, *, fields: Iterable[str]) -> Experiment:
    """Write what was changed. Of one that runs whoever takes part keeps what they were given. Raises
    ValidationError, and ExperimentRefused for what cannot be changed any more."""
    _check(experiment)
    changed = set(fields)
    with db.transaction():
        catalogue = lock_catalogue()
        stands = Experiment.lock(experiment.id)
        if stands.state is not ExperimentState.DRAFT:
            _require_same_experiment(stands, experiment, changed)
            stands.buckets_changed |= _moves_somebody(stands, experiment, changed)
        for name in changed:
            setattr(stands, name, getattr(experiment, name))
        _require_room(stands)
        stands.save()
        if stands.state is ExperimentState.RUNNING:
            jobs.set_deadline(stands, "experiment_over", due=_end_of(stands))
        republish(catalogue)
    return stands


def start_experiment(*, experiment_id: UUID) -> None:
    """From now on people take part. One that was stopped begins a new phase, in which everybody is shuffled
    again. Raises StateConflict, ExperimentRefused."""

    def begin(experiment: Experiment) -> None:
        if experiment.started_at is not None:
            experiment.phase += 1
        if experiment.flag is not None and not experiment.flag.is_on:
            raise ExperimentRefused(reason=f"The flag {experiment.flag.key} is off: nobody would take part.")
        now = clock.now()
        if experiment.ends_at is None or experiment.ends_at <= now:
            experiment.ends_at = now + USUALLY
        experiment.started_at, experiment.stopped_at = now, None
        experiment.buckets_changed, experiment.stop_reason, experiment.note = False, "", ""
        _require_room(experiment)
        jobs.set_deadline(experiment, "experiment_over", due=_end_of(experiment))

    _move(experiment_id, ExperimentState.RUNNING, begin)


def stop_experiment(*, experiment_id: UUID, reason: StopReason = StopReason.STAFF, note: str = "") -> None:
    """Everybody has what the flag says without it. Raises StateConflict."""
    _move(experiment_id, ExperimentState.STOPPED, lambda experiment: _end(experiment, reason, note))


def experiment_over(experiment: Experiment) -> None:
    """Its time is over. Locked already, within its deadline's transaction."""
    catalogue = lock_catalogue()
    if experiment.state is not ExperimentState.RUNNING:
        return
    experiment.move_to(ExperimentState.STOPPED)
    _end(experiment, StopReason.TIME, "")
    experiment.save()
    republish(catalogue)


def release(*, experiment_id: UUID, variation: str) -> Rollout:
    """Everybody is given what that variation was: the experiment ends, and a rollout for all begins, which
    can be switched off again. Raises ExperimentRefused."""
    with db.transaction():
        catalogue = lock_catalogue()
        experiment = Experiment.lock(experiment_id)
        chosen = {each.key: each for each in msgspec.convert(experiment.variations, list[Variation])}
        if experiment.flag_id is None or variation not in chosen:
            raise ExperimentRefused(reason=f"There is no variation {variation} that could be released.")
        if experiment.state is ExperimentState.RUNNING:
            experiment.move_to(ExperimentState.STOPPED)
            _end(experiment, StopReason.STAFF, f"released {variation}")
        experiment.save()
        rollout = Rollout(
            flag_id=experiment.flag_id,
            value=chosen[variation].value,
            note=f"{variation} of {experiment.key}, phase {experiment.phase}"[:300],
        )
        rollout.save(force_insert=True)
        republish(catalogue)
    return rollout


# --- inside -----------------------------------------------------------------------------------------


def _move(experiment_id: UUID, state: ExperimentState, do: Callable[[Experiment], None]) -> None:
    with db.transaction():
        catalogue = lock_catalogue()
        experiment = Experiment.lock(experiment_id)
        experiment.move_to(state)
        do(experiment)
        experiment.save()
        republish(catalogue)


@db.transaction_required
def _end(experiment: Experiment, reason: StopReason, note: str) -> None:
    experiment.stopped_at = clock.now()
    experiment.stop_reason, experiment.note = reason.value, note[:300]
    jobs.clear_deadline(experiment)
    publish(
        experiment,
        ExperimentStopped(
            experiment=experiment.key, phase=experiment.phase, reason=reason, note=experiment.note
        ),
    )


def _end_of(experiment: Experiment) -> Any:
    return experiment.ends_at or clock.now() + USUALLY


def _require_same_experiment(stands: Experiment, asked: Experiment, changed: set[str]) -> None:
    if fixed := sorted(changed - _WHILE_RUNNING):
        raise ExperimentRefused(
            reason=f"It has begun: {', '.join(fixed)} cannot be changed any more; write another experiment."
        )
    if "variations" in changed and _values(stands) != _values(asked):
        raise ExperimentRefused(
            reason="It has begun: weights may change, variations and their values may not."
        )


def _values(experiment: Experiment) -> list[tuple[str, Any]]:
    return [(each["key"], each["value"]) for each in experiment.variations]


def _moves_somebody(stands: Experiment, asked: Experiment, changed: set[str]) -> bool:
    return any(getattr(stands, name) != getattr(asked, name) for name in changed & _BUCKETS)


def _require_room(experiment: Experiment) -> None:
    """In its namespace no other running experiment has its places. Raises ExperimentRefused."""
    if experiment.namespace_id is None:
        return
    others = Experiment.objects.filter(
        namespace_id=experiment.namespace_id,
        state_name=ExperimentState.RUNNING.value,
        from_place__lt=experiment.to_place,
        to_place__gt=experiment.from_place,
    ).exclude(pk=experiment.pk)
    if (other := others.first()) is not None:
        raise ExperimentRefused(
            reason=f"{other.key} has the places {other.from_place} to {other.to_place} of this namespace."
        )


def _check(experiment: Experiment) -> None:
    experiment.full_clean(exclude=("region",), validate_constraints=False)
    wrong: dict[str, str] = {}
    try:
        variations = msgspec.convert(experiment.variations, list[Variation])
    except msgspec.ValidationError:
        raise ValidationError({"variations": "Each has a key, a name, a value and a weight."}) from None
    if problem := _problem_with(variations, experiment.flag):
        wrong["variations"] = problem
    if experiment.unit is Unit.UNKNOWN:
        wrong["unit_name"] = "Say by which id."
    if experiment.from_place >= experiment.to_place:
        wrong["to_place"] = "It must be more than the first."
    if experiment.metric in experiment.guardrails:
        wrong["guardrails"] = "What it is about is no guardrail."
    if wrong:
        raise ValidationError(wrong)
    require_regions("regions", experiment.regions)
    require_regions("excluded_regions", experiment.excluded_regions)
    require_condition(experiment.condition)
    if experiment.flag is not None:
        for each in variations:
            require_fitting(experiment.flag, "variations", each.value)


def _problem_with(variations: list[Variation], flag: Flag | None) -> str | None:
    """Why these are no variations, or None."""
    keys = [each.key for each in variations]
    if len(keys) < 2 or len(set(keys)) < len(keys):
        return "There are two at least, each with a key of its own."
    if not all(key.isascii() and key and len(key) <= 40 for key in keys):
        return "Keys are short, of plain letters and digits."
    if any(each.weight < 0 for each in variations) or sum(each.weight for each in variations) != WHOLE:
        return f"Weights are 100 % together, not {sum(each.weight for each in variations) / 100:g} %."
    if flag is None and [(each.key, each.value) for each in variations] != [(HELD, HELD), (FREE, FREE)]:
        return f"A holdout has two: {HELD} and {FREE}, each with its key as its value."
    return None
