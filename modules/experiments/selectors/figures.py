"""What those who take part did, by variation. All metrics come from one pass over them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import NamedTuple

from modules.experiments.kinds import Measure, Metric
from modules.experiments.models import Experiment
from modules.experiments.statistics import Sums
from tiffin import db, regions

# Whoever was excluded later is given nothing any more and is left out.
_COUNTS = """
SELECT variation, is_mixed, count(*) FROM experiments_exposure
WHERE experiment = %s AND phase = %s AND region <> ALL(%s) GROUP BY variation, is_mixed
"""
_MOMENTS = """
WITH done AS (
    SELECT exposure.variation, exposure.region,
        coalesce(sum(amount) FILTER (WHERE measure = 'orders'), 0) AS orders,
        coalesce(sum(amount) FILTER (WHERE measure = 'cancelled'), 0) AS cancelled,
        coalesce(sum(amount) FILTER (WHERE measure = 'refunded'), 0) AS refunded,
        coalesce(sum(amount) FILTER (WHERE measure = 'joined'), 0) AS joined,
        coalesce(sum(amount) FILTER (WHERE measure = 'ads_shown'), 0) AS shown,
        coalesce(sum(amount) FILTER (WHERE measure = 'ad_clicks'), 0) AS clicks,
        coalesce(sum(amount) FILTER (WHERE measure = 'spend:' || there.currency), 0) AS spend
    FROM experiments_exposure AS exposure
    JOIN unnest(%(regions)s::text[], %(currencies)s::text[]) AS there(region, currency)
        ON there.region = exposure.region
    LEFT JOIN experiments_outcome AS outcome ON outcome.exposure_id = exposure.id
    WHERE exposure.experiment = %(experiment)s AND exposure.phase = %(phase)s AND NOT exposure.is_mixed
    GROUP BY exposure.id, there.currency
)
SELECT variation, region, count(*),
    sum(orders), sum(orders * orders), sum(cancelled), sum(cancelled * cancelled),
    sum(refunded), sum(refunded * refunded), sum(joined), sum(joined * joined),
    sum(shown), sum(shown * shown), sum(clicks), sum(clicks * clicks),
    sum(spend), sum(spend * spend), sum(spend * orders), sum(clicks * shown)
FROM done GROUP BY variation, region
"""
_IN_ORDER = (
    Measure.ORDERS, Measure.CANCELLED, Measure.REFUNDED, Measure.JOINED, Measure.ADS_SHOWN, Measure.AD_CLICKS,
    Measure.SPEND,
)  # fmt: skip
_TOGETHER = ((Measure.SPEND, Measure.ORDERS), (Measure.AD_CLICKS, Measure.ADS_SHOWN))


class Moments(NamedTuple):
    """Of those of a variation in a region: how many, and sums of what they did, of its squares and of
    products of two."""

    variation: str
    region: str
    n: int
    sums: Mapping[Measure, int]
    squares: Mapping[Measure, int]
    products: Mapping[tuple[Measure, Measure], int]


def counts(experiment: Experiment) -> tuple[dict[str, int], int]:
    """By variation how many take part, and how many were given several."""
    found = {each["key"]: 0 for each in experiment.variations}
    mixed = 0
    excluded = experiment.excluded_regions
    for variation, is_mixed, count in db.select(_COUNTS, experiment.key, experiment.phase, excluded):
        if is_mixed:
            mixed += count
        else:
            found[variation] = found.get(variation, 0) + count
    return found, mixed


def moments(experiment: Experiment) -> list[Moments]:
    """Money is of the currency of the region in which somebody takes part."""
    there = [region for region in regions.all() if region.code not in experiment.excluded_regions]
    rows = db.select(
        _MOMENTS,
        experiment=experiment.key,
        phase=experiment.phase,
        regions=[region.code for region in there],
        currencies=[region.currency for region in there],
    )
    return [_moments(variation, region, n, list(map(int, rest))) for variation, region, n, *rest in rows]


def sums(found: Collection[Moments], metric: Metric, codes: Collection[str] | None) -> dict[str, Sums]:
    """By variation, of those in these regions (None: all)."""
    of: defaultdict[str, list[Moments]] = defaultdict(list)
    for each in found:
        if codes is None or each.region in codes:
            of[each.variation].append(each)
    return {variation: _sums(rows, metric) for variation, rows in of.items()}


def _moments(variation: str, region: str, n: int, figures: list[int]) -> Moments:
    pairs = zip(figures[0::2], figures[1::2], strict=False)
    both = dict(zip(_IN_ORDER, pairs, strict=False))
    products = figures[2 * len(_IN_ORDER) :]
    return Moments(
        variation,
        region,
        n,
        {measure: y for measure, (y, _) in both.items()},
        {measure: yy for measure, (_, yy) in both.items()},
        dict(zip(_TOGETHER, products, strict=True)),
    )


def _sums(rows: list[Moments], metric: Metric) -> Sums:
    n = sum(each.n for each in rows)
    y = sum(each.sums[metric.measure] for each in rows)
    yy = sum(each.squares[metric.measure] for each in rows)
    if metric.per is None:
        return Sums(n, y, yy, n, n, y)
    per = metric.per
    x, xx = sum(each.sums[per] for each in rows), sum(each.squares[per] for each in rows)
    return Sums(n, y, yy, x, xx, sum(each.products[metric.measure, per] for each in rows))
