"""What figures of two groups say, at whatever moment one looks.

Whoever looks again and again at an ordinary confidence interval finds something in the end. These hold at all
moments together: asymptotic confidence sequences, Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas,
"Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52 (2024),
arXiv:2103.06476; equations 9, 155 and 161 of its seventh version, as GrowthBook's sequential tests use them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

# Where the interval is narrowest: at so many participants of both groups together.
NARROWEST_AT = 5_000
ALPHA = 0.05
# Fewer than that in either group say nothing: the theory is one of large numbers.
LEAST = 100
# What happened less often than that in both groups together hurts nobody surely.
LEAST_COUNTED = 30
# Below that the groups are not as large as they should be by chance (Fabijan et al., "Diagnosing Sample Ratio
# Mismatch in Online Controlled Experiments", KDD 2019, use 0.0005; GrowthBook 0.001).
MISMATCH = 0.001


class Sums(NamedTuple):
    """Of a group's `n` participants: sums of what is counted, of what it is counted per (`x`; each 1 where it
    is per participant), of their squares and of their product."""

    n: int
    y: int
    yy: int
    x: int
    xx: int
    xy: int

    @property
    def mean(self) -> float | None:
        return self.y / self.x if self.x else None

    @property
    def variance(self) -> float | None:
        """Of the mean, by the delta method for a ratio (Deng et al., "Applying the Delta Method in Metric
        Analytics", KDD 2018)."""
        if self.n < 2 or not self.x:
            return None
        n, rate, of_x = self.n, self.y / self.x, self.x / self.n
        vy = (self.yy - self.y * self.y / n) / (n - 1)
        vx = (self.xx - self.x * self.x / n) / (n - 1)
        cov = (self.xy - self.x * self.y / n) / (n - 1)
        return max(vy + rate * rate * vx - 2 * rate * cov, 0.0) / (n * of_x * of_x)


class Lift(NamedTuple):
    """How much more the second group has than the first, as a fraction of the first's figure; the interval
    holds it at all moments with probability 1 - ALPHA, and `p` is valid at all of them."""

    lift: float
    low: float
    high: float
    p: float


def mismatch(counts: Sequence[int], weights: Sequence[int]) -> float:
    """The probability that groups of these weights come to differ so by chance: Pearson's chi-squared test
    with one degree of freedom less than there are groups."""
    all, whole = sum(counts), sum(weights)
    if not all:
        return 1.0
    expected = [all * weight / whole for weight in weights]
    if any(count and not due for count, due in zip(counts, expected, strict=True)):
        return 0.0
    from scipy.special import chdtrc  # takes long to load, and most processes judge nothing

    pairs = [(count, due) for count, due in zip(counts, expected, strict=True) if due]
    distance = sum((count - due) ** 2 / due for count, due in pairs)
    return float(chdtrc(len(pairs) - 1, distance)) if len(pairs) > 1 else 1.0


def compare(control: Sums, other: Sums) -> Lift | None:
    """None where too few take part, or nothing was counted that one could be compared with."""
    a, b = control.mean, other.mean
    va, vb = control.variance, other.variance
    if min(control.n, other.n) < LEAST or a is None or b is None or va is None or vb is None or a == 0:
        return None
    lift = (b - a) / a
    variance = vb / a**2 + va * b**2 / a**4
    if variance <= 0:
        return None
    n = control.n + other.n
    width = _width(variance, n, ALPHA)
    rho = _rho()
    spread = n * rho**2 + 1
    evidence = rho**2 * lift**2 * n / variance / (2 * spread) - math.log(spread) / 2
    return Lift(lift, lift - width, lift + width, min(math.exp(-min(evidence, 700.0)), 1.0))


def is_hurt(control: Sums, other: Sums, *, more_is_better: bool, tolerance: float, alpha: float) -> bool:
    """Whether the other is surely worse by more than `tolerance` (a fraction of the control's figure), at all
    moments together with probability 1 - `alpha`. The difference is asked, and not the lift: where figures
    are rare the lift's variance is small just when they happen to be low."""
    a, b = control.mean, other.mean
    va, vb = control.variance, other.variance
    few = min(control.n, other.n) < LEAST or control.y + other.y < LEAST_COUNTED
    if few or a is None or b is None or va is None or vb is None:
        return False
    borne = 1 - tolerance if more_is_better else 1 + tolerance
    worse = borne * a - b if more_is_better else b - borne * a
    return worse > _width(vb + borne**2 * va, control.n + other.n, alpha) > 0


def _width(variance: float, n: int, alpha: float) -> float:
    """Half of the interval: equation 9."""
    rho = _rho(alpha)
    spread = n * rho**2 + 1
    return math.sqrt(variance * n * (2 * spread) * math.log(math.sqrt(spread) / alpha) / (n * rho) ** 2)


def _rho(alpha: float = ALPHA) -> float:
    """Equation 161."""
    return math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / NARROWEST_AT)
