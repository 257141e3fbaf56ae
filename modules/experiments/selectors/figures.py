"""What those who take part did, by variation."""

from __future__ import annotations

from collections.abc import Mapping

from modules.experiments.kinds import Measure, Metric
from modules.experiments.models import Experiment
from modules.experiments.statistics import Sums
from tiffin import db

_COUNTS = """
SELECT variation, is_mixed, count(*) FROM experiments_exposure
WHERE experiment = %s AND phase = %s AND region <> ALL(%s) GROUP BY variation, is_mixed
"""
_SUMS = """
SELECT part.variation, count(*), sum(part.y), sum(part.y * part.y),
       sum(part.x), sum(part.x * part.x), sum(part.x * part.y)
FROM (
    SELECT exposure.variation, coalesce(counted.amount, 0)::numeric AS y,
           CASE WHEN %(per)s = '' THEN 1 ELSE coalesce(per.amount, 0) END::numeric AS x
    FROM experiments_exposure exposure
    LEFT JOIN experiments_outcome counted
        ON counted.exposure_id = exposure.id AND counted.measure = %(measure)s
    LEFT JOIN experiments_outcome per ON per.exposure_id = exposure.id AND per.measure = %(per)s
    WHERE exposure.experiment = %(experiment)s AND exposure.phase = %(phase)s AND NOT exposure.is_mixed
      AND exposure.region <> ALL(%(excluded)s)
      AND (%(region)s = '' OR exposure.region = ANY(string_to_array(%(region)s, ',')))
) AS part
GROUP BY part.variation
"""


def counts(experiment: Experiment) -> tuple[dict[str, int], int]:
    """By variation how many take part, and how many were given several."""
    found = {each["key"]: 0 for each in experiment.variations}
    mixed = 0
    for variation, is_mixed, count in _counted(experiment):
        if is_mixed:
            mixed += count
        else:
            found[variation] = found.get(variation, 0) + count
    return found, mixed


def _counted(experiment: Experiment) -> list[tuple[str, bool, int]]:
    """Without those of regions that were excluded later, who are given nothing any more."""
    return db.select(_COUNTS, experiment.key, experiment.phase, experiment.excluded_regions)


def sums(experiment: Experiment, metric: Metric, *, currency: str, regions: str = "") -> Mapping[str, Sums]:
    """By variation. Money is of one `currency`, of those who took part in its `regions` (codes with
    commas)."""
    measure = f"{metric.measure}:{currency}" if metric.measure is Measure.SPEND else metric.measure.value
    found = db.select(
        _SUMS,
        measure=measure,
        per=metric.per.value if metric.per else "",
        experiment=experiment.key,
        phase=experiment.phase,
        region=regions,
        excluded=experiment.excluded_regions,
    )
    return {variation: Sums(*map(int, figures)) for variation, *figures in found}
