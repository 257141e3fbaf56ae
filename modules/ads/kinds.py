"""Whom flights are meant for, and what they advertise."""

from __future__ import annotations

from enum import StrEnum


class Members(StrEnum):
    """Whether members see it."""

    ANY = "any"
    MEMBERS = "members"
    OTHERS = "others"


class Customers(StrEnum):
    """How somebody stands with the restaurant, or with the platform where no restaurant is advertised: new
    ones have never ordered, lapsed ones not for LAPSED_AFTER_DAYS."""

    ANY = "any"
    NEW = "new"
    LAPSED = "lapsed"


class Goods(StrEnum):
    """What laws restrict the advertising of."""

    ALCOHOL = "alcohol"
    LESS_HEALTHY = "less_healthy"


class Segment(StrEnum):
    """Groups that customers are in by what they ordered; the rules are in `engine/viewer.py`."""

    FREQUENT = "frequent"
    OCCASIONAL = "occasional"
    LUNCH = "lunch"
    EVENING = "evening"
    WEEKEND = "weekend"
    BIG_BASKETS = "big_baskets"
    SMALL_BASKETS = "small_baskets"
    EXPLORERS = "explorers"


LAPSED_AFTER_DAYS = 60
# Ads for these are shown only to those who are known to be of age.
ONLY_FOR_ADULTS = frozenset({Goods.ALCOHOL})
GOODS_BITS = {kind: 1 << place for place, kind in enumerate(Goods)}
SEGMENT_BITS = {segment: 1 << place for place, segment in enumerate(Segment)}


def bits(names: list[str] | tuple[str, ...], of: dict[Goods, int] | dict[Segment, int]) -> int:
    """Names as one number; what is not known counts for nothing."""
    known = {str(name): bit for name, bit in of.items()}
    return sum(known.get(name, 0) for name in set(names))
