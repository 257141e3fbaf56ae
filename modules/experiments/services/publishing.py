"""What was decided becomes what everybody reads, in the transaction in which it is decided."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from modules.experiments.definitions import (
    buckets_of,
    changed_buckets,
    feature_of,
    holdout_feature,
    holdout_key,
    normalised,
)
from modules.experiments.events import DefinitionsChanged
from modules.experiments.interface import ExperimentState
from modules.experiments.models import Catalogue, Experiment, Flag, Rollout
from modules.experiments.models.flags import THE_ONE
from modules.experiments.policies import excluding, exclusions
from tiffin import clock, db, regions
from tiffin.log import publish


@db.transaction_required
def lock_catalogue() -> Catalogue:
    """Whoever decides something about flags waits here for whoever is at it."""
    db.insert(Catalogue(id=THE_ONE, region=""), unless_taken=("id",))
    return Catalogue.lock(THE_ONE)


@db.transaction_required
def republish(catalogue: Catalogue) -> None:
    """Publish what now stands; nothing where that is what was published."""
    features, sticky, holdouts = _own()
    for key, feature in catalogue.remote.get("features", {}).items():
        features.setdefault(key, feature)  # what our staff decide goes before what the server says
    payload = {"features": features, "savedGroups": catalogue.remote.get("savedGroups", {})}
    remote = catalogue.remote.get("features", {})
    sticky = sorted({*sticky, *changed_buckets(catalogue.remote_buckets, remote)})
    stands = (catalogue.payload, catalogue.sticky, catalogue.holdouts)
    changed = (payload, sticky, holdouts) != stands
    if changed:
        catalogue.payload, catalogue.sticky, catalogue.holdouts = payload, sticky, holdouts
        catalogue.revision += 1
    catalogue.save()
    if changed:
        publish(catalogue, DefinitionsChanged(revision=catalogue.revision))


def keep_published() -> None:
    """What regions exclude begins on a day, or comes with a deploy, and nobody decides anything by then."""
    if Catalogue.objects.exists():
        with db.transaction():
            republish(lock_catalogue())


def excluded_in(key: str) -> dict[str, str]:
    """Regions in which there are no experiments on this flag, and why."""
    found = {}
    for region in regions.all():
        day: date = region.local(clock.now()).date()
        if (row := excluding(key, exclusions(region, on=day))) is not None:
            found[region.code] = row.why
    return found


def put_remote(payload: dict[str, Any]) -> None:
    """What a GrowthBook server says now."""
    taken = taken_over(payload)
    features = taken["features"]
    with db.transaction():
        catalogue = lock_catalogue()
        catalogue.remote = taken
        # The first stays: whoever was put somewhere then may still be there.
        catalogue.remote_buckets = {**buckets_of(features), **catalogue.remote_buckets}
        catalogue.remote_at, catalogue.remote_note = clock.now(), ""
        republish(catalogue)


def taken_over(payload: dict[str, Any]) -> dict[str, Any]:
    """Of a server's answer what is kept of it."""
    return {
        "features": normalised(payload.get("features") or {}),
        "savedGroups": payload.get("savedGroups") or {},
    }


def note_remote_failure(note: str) -> None:
    """The server did not answer: what it last said stands."""
    with db.transaction():
        catalogue = lock_catalogue()
        catalogue.remote_note = note[:300]
        catalogue.save(update_fields=("remote_note",))


def _own() -> tuple[dict[str, Any], list[str], list[str]]:
    running = list(
        Experiment.objects.filter(state_name=ExperimentState.RUNNING.value)
        .select_related("namespace")
        .order_by("started_at", "key")
    )
    trials: defaultdict[Any, list[Experiment]] = defaultdict(list)
    for experiment in running:
        trials[experiment.flag_id].append(experiment)
    rollouts: defaultdict[Any, list[Rollout]] = defaultdict(list)
    for rollout in Rollout.objects.filter(is_on=True).select_related("flag").order_by("place", "id"):
        rollouts[rollout.flag_id].append(rollout)
    holdouts = {each.id: each for each in running if each.is_holdout}
    features: dict[str, Any] = {holdout_key(each): holdout_feature(each) for each in holdouts.values()}
    for flag in Flag.objects.select_related("holdout").order_by("key"):
        if flag.holdout_id not in holdouts:
            flag.holdout = None  # it is not running: nobody is held out
        excluded = list(excluded_in(flag.key))
        if flag.holdout is not None and excluded:  # nobody is held out there
            features[holdout_key(flag.holdout, flag)] = holdout_feature(flag.holdout, excluded)
        features[flag.key] = feature_of(flag, trials[flag.id], rollouts[flag.id], excluded)
    sticky = [each.key for each in running if each.buckets_changed]
    return features, sticky, sorted(each.key for each in holdouts.values())
