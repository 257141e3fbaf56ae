"""Who takes part: written down once, whoever tells it and however often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from modules.experiments.definitions.remote import experiments_in
from modules.experiments.events import ExposureRecorded
from modules.experiments.interface import MOST_EXPOSURES, Exposed
from modules.experiments.models import Catalogue, Experiment, Exposure
from modules.experiments.selectors.forgotten import forgotten_of
from modules.experiments.services.measuring import catch_up, wait_for_the_other
from tiffin import db, ids
from tiffin.log import publish_all

_INSERT = """
INSERT INTO experiments_exposure
    (id, region, version, log_txid, created_at, experiment, phase, attribute, unit, variation, is_mixed, at)
SELECT id, region, 0, 0, at, experiment, phase, attribute, unit, variation, FALSE, at
FROM json_to_recordset(%(rows)s::json) AS new(
    id uuid, region text, experiment text, phase int, attribute text, unit text, variation text,
    at timestamptz)
ORDER BY experiment, phase, unit
ON CONFLICT (experiment, phase, unit) DO UPDATE SET is_mixed = TRUE
    WHERE experiments_exposure.variation <> excluded.variation AND NOT experiments_exposure.is_mixed
RETURNING id
"""


class _Known(NamedTuple):
    """An experiment as exposures may name it; `variations` are names by key."""

    name: str
    phase: int
    variations: Mapping[str, str]


def expose(exposures: Sequence[Exposed]) -> int:
    """How many were new. Those of experiments that there are not, or not in such a phase, are passed over;
    two variations of one person make them mixed; of whoever was erased nothing is written down any more.
    Within the command's transaction."""
    told = exposures[:MOST_EXPOSURES]
    known = _known({each.experiment for each in told})
    rows: dict[tuple[str, int, str, str], Exposure] = {}
    for each in told:
        experiment = known.get(each.experiment)
        if experiment is None or each.variation not in experiment.variations:
            continue
        if 0 <= each.phase <= experiment.phase and _fits(each):
            rows.setdefault((each.experiment, each.phase, each.unit, each.variation), _row(each))
    wait_for_the_other()
    forgotten = forgotten_of({row.unit for row in rows.values()})
    kept = [row for row in rows.values() if row.unit not in forgotten]
    taken = _insert(kept)
    catch_up(taken)
    fresh = [row for row in kept if row.id in taken]
    publish_all([(row, [_event(row, known[row.experiment])]) for row in fresh])
    return len(fresh)


def _fits(told: Exposed) -> bool:
    """What is too long to be kept is nobody's of ours, and keeps no others from being written down."""
    lengths = (
        (told.experiment, 80),
        (told.variation, 40),
        (told.unit, 64),
        (told.attribute, 8),
        (told.region, 16),
    )
    return all(len(text) <= most for text, most in lengths)


def _known(keys: set[str]) -> dict[str, _Known]:
    """Those of our own staff, running or not, and what a GrowthBook server has published."""
    found: dict[str, _Known] = {}
    remote: dict[str, Any] = {}
    for (features,) in Catalogue.objects.values_list("remote__features"):
        remote = features or {}
    for rule in experiments_in(remote):
        if rule["key"] in keys:
            named = {each["key"]: each.get("name", "") for each in rule.get("meta", ()) if "key" in each}
            # Without keys the SDK names variations by their place.
            named = named or {str(place): "" for place in range(len(rule["variations"]))}
            found[rule["key"]] = _Known(rule.get("name", rule["key"]), rule.get("bucketVersion") or 0, named)
    for own in Experiment.objects.filter(key__in=keys):
        named = {each["key"]: each["name"] for each in own.variations}
        found[own.key] = _Known(own.name, own.phase, named)
    return found


def _row(told: Exposed) -> Exposure:
    return Exposure(
        id=ids.new_id(),
        region=told.region,
        experiment=told.experiment,
        phase=told.phase,
        attribute=told.attribute,
        unit=told.unit,
        variation=told.variation,
        at=told.at,
    )


@db.transaction_required
def _insert(rows: list[Exposure]) -> set[UUID]:
    """The ids of those that were not there. One statement cannot touch a row twice: a person with two
    variations in one batch comes in two."""
    taken: set[UUID] = set()
    while rows:
        now: dict[tuple[str, int, str], Exposure] = {}
        later = [row for row in rows if now.setdefault((row.experiment, row.phase, row.unit), row) is not row]
        mine = {row.id for row in now.values()}
        taken |= {id for (id,) in db.select(_INSERT, rows=_document(now.values())) if id in mine}
        rows = later
    return taken


def _document(rows: Iterable[Exposure]) -> str:
    names = ("id", "region", "experiment", "phase", "attribute", "unit", "variation", "at")
    return msgspec.json.encode([{name: getattr(row, name) for name in names} for row in rows]).decode()


def _event(row: Exposure, experiment: _Known) -> ExposureRecorded:
    return ExposureRecorded(
        experiment=row.experiment,
        name=experiment.name,
        phase=row.phase,
        variation=row.variation,
        variation_name=experiment.variations[row.variation],
        attribute=row.attribute,
        unit=row.unit,
        at=row.at,
    )
