"""How ads did in a region between moments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from modules.ads.selectors.reports import Slots, Sums
from tiffin import db
from tiffin.regions import Region

_FIGURES = """
SELECT hour, sum(impressions)::bigint, sum(clicks)::bigint, sum(orders)::bigint, sum(filtered)::bigint,
    sum(spent)::bigint
FROM ads_figure WHERE region = %(region)s AND hour >= %(begin)s AND hour < %(end)s GROUP BY hour
"""
_FILLS = """
SELECT hour, sum(requests)::bigint, sum(wanted)::bigint, sum(filled)::bigint FROM ads_fill
WHERE region = %(region)s AND hour >= %(begin)s AND hour < %(end)s GROUP BY hour
"""


class Course(NamedTuple):
    """By step what happened and how many slots there were, and in all."""

    sums: Sequence[Sums]
    slots: Sequence[Slots]
    whole: Sums
    whole_slots: Slots


def course(region: Region, moments: Sequence[datetime]) -> Course:
    """Between each two of these moments, which are in their order."""
    sums, slots = [Sums() for _ in moments[1:]], [Slots() for _ in moments[1:]]
    found = Course(sums, slots, Sums(), Slots())
    which = {"region": region.code, "begin": moments[0], "end": moments[-1]}
    for hour, *numbers in db.select(_FIGURES, **which):
        sums[bisect_right(moments, hour) - 1].include(Sums(*numbers))
        found.whole.include(Sums(*numbers))
    for hour, *numbers in db.select(_FILLS, **which):
        slots[bisect_right(moments, hour) - 1].include(Slots(*numbers))
        found.whole_slots.include(Slots(*numbers))
    return found
