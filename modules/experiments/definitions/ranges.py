"""Which part of all buckets belongs to which variation.

Version 2 of GrowthBook's hash has 10,000 buckets, as many as there are basis points: whole numbers leave none
of them without a variation, which sums of fractions do (0.4 and 0.5999 leave the last one)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from modules.experiments.kinds import WHOLE

Ranges = list[list[float]]


def ranges_of(weights: Sequence[int], share: int) -> Ranges:
    """`weights` in basis points, together WHOLE; of each variation's part the first `share` takes part, so
    that a larger share adds people and moves nobody."""
    ends = list(accumulate(weights))
    if not weights or ends[-1] != WHOLE or min(weights) < 0:
        raise ValueError(f"weights are {WHOLE} together, not {sum(weights)}")
    return [
        [(end - weight) / WHOLE, (end - weight + weight * share // WHOLE) / WHOLE]
        for weight, end in zip(weights, ends, strict=True)
    ]


def ranges_of_fractions(weights: Sequence[float], coverage: float) -> Ranges:
    """The same of fractions that are nearly 1 together: what is missing or too much is shared by all of
    them, and the last ends where the buckets do."""
    total = sum(weights)
    ends = [end / total for end in accumulate(weights)]
    begins = [0.0, *ends[:-1]]
    parts = [[begin, begin + coverage * (end - begin)] for begin, end in zip(begins, ends, strict=True)]
    if coverage == 1:
        parts[-1][1] = 1.0
    return parts
