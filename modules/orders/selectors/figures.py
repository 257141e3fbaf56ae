"""Reading the hourly figures of a region: sums of a time, and how they went within it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from django.db.models import F, Sum
from django.db.models.functions import TruncDay

from modules.orders.models import Figure
from tiffin.regions import Region

# Ends of ranges: minutes after what was promised (0 and before is on time), and seconds until an answer.
LATE = (0, 5, 10, 20, 30, 60)
ANSWERED = (15, 30, 60, 90, 120, 180, 240, 300, 420, 600, 900)
MORE = "more"


class What(StrEnum):
    """What is counted."""

    PLACED = "placed"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    ANSWERED = "answered"
    REFUNDED = "refunded"


class Sums:
    """How often each happened, by detail, and what it was worth."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.amounts: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, what: str, detail: str, count: int, amount: int) -> None:
        self.counts[what][detail] += count
        self.amounts[what][detail] += amount

    def include(self, other: Sums) -> None:
        for what, counts in other.counts.items():
            self.counts[what] += counts
            self.amounts[what] += other.amounts[what]

    def count(self, what: What) -> int:
        return self.counts[what].total()

    def amount(self, what: What) -> int:
        return self.amounts[what].total()

    def on_time(self) -> float | None:
        """Of 1; None where nothing that was promised came."""
        promised = self.count(What.ARRIVED)
        return self.counts[What.ARRIVED][str(LATE[0])] / promised if promised else None

    def answered_within(self, share: float) -> float | None:
        """In how many seconds so many of 1 were answered."""
        return quantile(self.counts[What.ANSWERED], share)


def sums(region: Region, begin: datetime, end: datetime) -> Sums:
    """Of the hours that began from `begin` until before `end`."""
    found = Sums()
    rows = Figure.objects.filter(region=region.code, hour__gte=begin, hour__lt=end)
    for row in rows.values_list("what", "detail").annotate(Sum("count"), Sum("amount")):
        found.add(*row)
    return found


def course(region: Region, steps: Sequence[datetime], *, daily: bool) -> list[Sums]:
    """The same for each step: `steps` are where they begin, and where the last one ends."""
    found = [Sums() for _ in steps[1:]]
    rows = Figure.objects.filter(region=region.code, hour__gte=steps[0], hour__lt=steps[-1])
    step = TruncDay("hour", tzinfo=region.time_zone) if daily else F("hour")
    grouped = rows.annotate(step=step).values_list("step", "what", "detail")
    for at, *row in grouped.annotate(Sum("count"), Sum("amount")):
        found[bisect_right(steps, at) - 1].add(*row)
    return found


def quantile(ranges: Mapping[str, int], share: float) -> float | None:
    """Where so many of 1 lie below, evenly spread within each range of ANSWERED. None for none at all, the
    end of the last range for what lies beyond it."""
    total = sum(ranges.values())
    if not total:
        return None
    below, wanted = 0, total * share
    for start, end in pairwise((0, *ANSWERED)):
        inside = ranges.get(str(end), 0)
        if inside and below + inside >= wanted:
            return start + (end - start) * (wanted - below) / inside
        below += inside
    return float(ANSWERED[-1])
