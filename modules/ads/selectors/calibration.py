"""How honest the prediction of clicks is: what was predicted, and what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tiffin import db

_PARTS = 10

_SUMS = """
SELECT bucket, sum(shown)::bigint, sum(predicted)::bigint, sum(clicked)::bigint FROM ads_calibration
WHERE day BETWEEN %(first)s AND %(last)s GROUP BY bucket HAVING sum(shown) > 0 ORDER BY bucket
"""
_DAYS = """
SELECT day, sum(shown)::bigint, sum(predicted)::bigint, sum(clicked)::bigint FROM ads_calibration
WHERE day BETWEEN %(first)s AND %(last)s GROUP BY day ORDER BY day
"""


class Judged(NamedTuple):
    """Impressions, the clicks that were predicted of them (in millionths), and those that came."""

    shown: int
    predicted_millionths: int
    clicked: int

    @property
    def predicted(self) -> float:
        """Clicks of a hundred."""
        return self.predicted_millionths / self.shown / 1e4 if self.shown else 0.0

    @property
    def observed(self) -> float:
        """Clicks of a hundred."""
        return 100 * self.clicked / self.shown if self.shown else 0.0

    @property
    def ratio(self) -> float | None:
        """Clicks that came of those predicted; 1 is honest."""
        return self.clicked / self.predicted_millionths * 1e6 if self.predicted_millionths else None


class Calibrated(NamedTuple):
    """Tenths of the impressions from the least likely clicks to the likeliest, days, and all together.
    `error` is the expected calibration error: how far what came is from what was predicted, in clicks of a
    hundred, over the tenths by their impressions (Naeini, Cooper, Hauskrecht, "Obtaining Well Calibrated
    Probabilities Using Bayesian Binning", AAAI 2015)."""

    tenths: Sequence[Judged]
    days: Sequence[tuple[date, Judged]]
    whole: Judged
    error: float | None


def calibrated(first: date, last: date) -> Calibrated:
    """Of impressions that were learned of on these days (UTC), over all regions: there is one model."""
    buckets = [Judged(*numbers) for _, *numbers in db.select(_SUMS, first=first, last=last)]
    days = [(day, Judged(*numbers)) for day, *numbers in db.select(_DAYS, first=first, last=last)]
    tenths, whole = list(_tenths(buckets)), _sum(buckets)
    apart = sum(abs(each.observed - each.predicted) * each.shown for each in tenths)
    return Calibrated(tenths, days, whole, apart / whole.shown if whole.shown else None)


def _tenths(buckets: Sequence[Judged]) -> Iterator[Judged]:
    """As nearly as buckets can be put together: none is torn apart."""
    whole = sum(each.shown for each in buckets)
    part: list[Judged] = []
    gone = parts = 0
    for bucket in buckets:
        part.append(bucket)
        gone += bucket.shown
        if gone * _PARTS >= whole * (parts + 1):
            yield _sum(part)
            part, parts = [], gone * _PARTS // whole


def _sum(judged: Sequence[Judged]) -> Judged:
    return Judged(*(sum(numbers) for numbers in zip(*judged, strict=True))) if judged else Judged(0, 0, 0)
