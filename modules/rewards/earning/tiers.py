"""Which tier so many points are, and which one follows another when a period is over."""

from __future__ import annotations

from collections.abc import Sequence

from modules.rewards.policies import Tier


def reached(tiers: Sequence[Tier], points: int) -> str:
    """The code of the highest tier that so many points reach; empty for none. `tiers` the lowest first."""
    return next((tier.code for tier in reversed(tiers) if points >= tier.from_points), "")


def rank(tiers: Sequence[Tier], code: str) -> int:
    """0 for none, and for one that there is no more."""
    return next((place for place, tier in enumerate(tiers, start=1) if tier.code == code), 0)


def tier_after(tiers: Sequence[Tier], code: str, points: int) -> str:
    """What somebody has next who had that tier and earned so many points meanwhile: what they reached, and
    never more than one tier less than they had."""
    softly = max(rank(tiers, code) - 1, rank(tiers, reached(tiers, points)))
    return tiers[softly - 1].code if softly else ""
