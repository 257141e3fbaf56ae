"""Splitting an amount over others without losing a unit."""

from __future__ import annotations

from collections.abc import Sequence


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` (none negative), by largest remainder, the earlier first.

    The shares sum to `amount`; while `amount` is at most the sum of the weights no share exceeds its weight.
    Raises ValueError when there is nothing to split over.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("there is nothing to split over")
    shares = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    largest_first = sorted(range(len(weights)), key=lambda i: -remainders[i])
    for index in largest_first[: amount - sum(shares)]:
        shares[index] += 1
    return shares
