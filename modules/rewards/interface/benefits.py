"""What a tier may bring beside more points."""

from __future__ import annotations

from enum import StrEnum


class Benefit(StrEnum):
    """The codes that a region's rows `rewards.tiers` may name: each is one that some module acts on.

    `priority_support`: of the claims about orders in that region, staff see the customer's first (orders).
    """

    PRIORITY_SUPPORT = "priority_support"
