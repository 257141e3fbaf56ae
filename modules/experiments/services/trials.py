"""Experiments: written, begun, changed while they run, ended, and begun anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Min

from modules.experiments.definitions.own import FREE, HELD
from modules.experiments.definitions.ranges import ranges_of
from modules.experiments.errors import ExperimentRefused
from modules.experiments.events import ExperimentStopped
from modules.experiments.interface import ExperimentState, StopReason, Unit
from modules.experiments.kinds import OF_DEVICES, WHOLE
from modules.experiments.models import Experiment, Flag, Rollout, Variation
from modules.experiments.services.flags import require_condition, require_fitting, require_regions
from modules.experiments.services.publishing import excluded_in, lock_catalogue, republish
from tiffin import clock, db, jobs, regions
from tiffin.log import publish

USUALLY = timedelta(days=28)
# What may be changed of one that runs; what else says who is given what would make it another experiment.
_WHILE_RUNNING = frozenset(
    {
        "name", "hypothesis", "variations", "share", "excluded_regions", "guardrails", "tolerance",
        "stops_on_harm", "ends_at",
    }
)  # fmt: skip
_BUCKETS = frozenset({"variations", "share"})


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
    with db.transaction():
        catalogue = lock_catalogue()
        stands = Experiment.lock(experiment.id)
        changed = {name for name in fields if getattr(stands, name) != getattr(experiment, name)}
        if stands.state is not ExperimentState.DRAFT:
            _require_same_experiment(stands, experiment, changed)
            stands.buckets_changed |= bool(changed & _BUCKETS)
        for name in changed:
            setattr(stands, name, getattr(experiment, name))
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
        experiment.started_at, experiment.stopped_at, experiment.looked_at = now, None, None
        experiment.read_at = now  # there is nothing to read yet
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
    """Everybody that it was for is given what that variation was: the experiment ends, and a rollout begins,
    which can be switched off again. Where a region excludes the flag it was for nobody. Raises
    ExperimentRefused."""
    with db.transaction():
        catalogue = lock_catalogue()
        experiment = Experiment.lock(experiment_id)
        chosen = {each.key: each for each in msgspec.convert(experiment.variations, list[Variation])}
        if experiment.flag_id is None or variation not in chosen:
            raise ExperimentRefused(reason=f"There is no variation {variation} that could be released.")
        if experiment.state is ExperimentState.RUNNING:
            experiment.move_to(ExperimentState.STOPPED)
            _end(experiment, StopReason.STAFF, f"released {variation}")
        experiment.looked_at = clock.now()
        experiment.save()
        first = Rollout.objects.filter(flag_id=experiment.flag_id).aggregate(first=Min("place"))["first"]
        rollout = Rollout(
            flag_id=experiment.flag_id,
            place=0 if first is None else first - 1,  # before whatever was released earlier
            value=chosen[variation].value,
            regions=_regions_of(experiment),
            condition=experiment.condition,
            note=f"{variation} of {experiment.key}, phase {experiment.phase}"[:300],
        )
        rollout.save(force_insert=True)
        republish(catalogue)
    return rollout


def look_at(*, experiment_id: UUID) -> None:
    """Somebody has seen how it ended, and lets it be. Raises ExperimentRefused while it has not."""
    with db.transaction():
        experiment = Experiment.lock(experiment_id)
        if experiment.state is not ExperimentState.STOPPED:
            raise ExperimentRefused(reason=f"{experiment.key} has not ended: there is nothing to look at.")
        experiment.looked_at = clock.now()
        experiment.save(update_fields=("looked_at",))


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


def _regions_of(experiment: Experiment) -> list[str]:
    """Where it was tried; empty: everywhere. Raises ExperimentRefused where that is nowhere."""
    by_rows = excluded_in(experiment.flag.key) if experiment.flag else {}
    excluded = {*experiment.excluded_regions, *by_rows}
    if not experiment.regions and not excluded:
        return []
    tried = experiment.regions or [region.code for region in regions.all()]
    if not (left := [code for code in tried if code not in excluded]):
        raise ExperimentRefused(reason="All its regions are excluded: there is nobody to release it to.")
    return left


def _require_room(experiment: Experiment) -> None:
    """In its namespace no other running experiment has its places. Raises ExperimentRefused."""
    if experiment.namespace_id is None:
        return
    there = Experiment.objects.filter(
        namespace_id=experiment.namespace_id, state_name=ExperimentState.RUNNING.value
    ).exclude(pk=experiment.pk)
    if (other := there.exclude(unit_name=experiment.unit_name).first()) is not None:
        raise ExperimentRefused(
            reason=f"{other.key} in this namespace goes by {other.unit_name}: somebody could be in both."
        )
    others = there.filter(from_place__lt=experiment.to_place, to_place__gt=experiment.from_place)
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
    wrong |= _unmeasured(experiment)
    if not all(high > low for low, high in _parts(variations, experiment.share)):
        wrong["share"] = "With that share nobody would be given one of the variations."
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


def _unmeasured(experiment: Experiment) -> dict[str, str]:
    """What nobody reports of browsers."""
    asked = {experiment.metric, *experiment.guardrails}
    unknown = sorted(asked - OF_DEVICES) if experiment.unit is Unit.DEVICE else []
    return {"metric": f"Of browsers nobody reports {', '.join(unknown)}."} if unknown else {}


def _parts(variations: list[Variation], share: int) -> list[list[float]]:
    """The parts of all buckets; none where weights are wrong, which is said elsewhere."""
    weights = [each.weight for each in variations if each.weight]
    return ranges_of(weights, share) if sum(weights) == WHOLE and min(weights) > 0 else []


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
