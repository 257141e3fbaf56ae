"""Reading how memberships go, of a region."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.db.models import F, Sum
from django.db.models.functions import TruncDay

from modules.subscriptions.billing import MONTHS_A_YEAR
from modules.subscriptions.models import CohortFigure, MembersFigure
from modules.subscriptions.models.figures import What
from tiffin.money import Money
from tiffin.regions import Region


class Sums:
    """How often each happened in a time, and what it changed in a year's payments, in minor units."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.worth: Counter[str] = Counter()

    def add(self, what: str, count: int, a_year: int) -> None:
        self.counts[what] += count
        self.worth[what] += a_year

    def include(self, other: Sums) -> None:
        self.counts.update(other.counts)
        self.worth.update(other.worth)

    def count(self, *whats: What) -> int:
        return sum(self.counts[what] for what in whats)

    @property
    def members(self) -> int:
        """By how many they have become more."""
        return self.count(What.NEW, What.BACK, What.PAUSE_OVER) - self.count(What.GONE, What.PAUSED)

    @property
    def a_month(self) -> int:
        """By how much what they pay in a month has grown, in minor units."""
        return a_month(sum(self.worth.values()))

    def worth_a_month(self, *whats: What) -> int:
        return a_month(sum(self.worth[what] for what in whats))

    @property
    def conversion(self) -> float | None:
        """Of the trials that ended
        (https://support.stripe.com/questions/calculating-trial-conversion-rate-in-billing)."""
        return _of(self.count(What.CONVERTED), self.count(What.CONVERTED, What.NOT_CONVERTED))

    @property
    def recovery(self) -> float | None:
        """Of the periods whose payment failed, and that have been paid or given up."""
        return _of(self.count(What.RECOVERED), self.count(What.RECOVERED, What.LOST))

    def churn(self, before: Sums) -> float | None:
        """Who left, of those who were there `before` and who came
        (https://support.stripe.com/questions/calculating-churn-rate-in-billing)."""
        return _of(self.count(What.GONE), before.members + self.count(What.NEW, What.BACK))


class CohortRow(NamedTuple):
    """Of so many `members` who paid for the first time in a month, the share that was still there at the end
    of each month from that one on."""

    joined: date
    members: int
    kept: tuple[float, ...]


def a_month(a_year: int) -> int:
    return int((Decimal(a_year) / MONTHS_A_YEAR).quantize(Decimal(1), ROUND_HALF_UP))


def money(region: Region, amount: int) -> Money:
    return Money(amount=amount, currency=region.currency)


def until(region: Region, end: datetime) -> Sums:
    """Of all the time before: how it stands then."""
    return _sums(region, hour__lt=end)


def between(region: Region, begin: datetime, end: datetime) -> Sums:
    """Of the hours that began from `begin` until before `end`."""
    return _sums(region, hour__gte=begin, hour__lt=end)


def _sums(region: Region, **wanted: datetime) -> Sums:
    found = Sums()
    rows = MembersFigure.objects.filter(region=region.code, **wanted).values_list("what")
    for row in rows.annotate(Sum("count"), Sum("a_year")):
        found.add(*row)
    return found


def course(region: Region, steps: Sequence[datetime], *, daily: bool) -> list[Sums]:
    """The same for each step: `steps` are where they begin, and where the last one ends."""
    found = [Sums() for _ in steps[1:]]
    rows = MembersFigure.objects.filter(region=region.code, hour__gte=steps[0], hour__lt=steps[-1])
    step = TruncDay("hour", tzinfo=region.time_zone) if daily else F("hour")
    grouped = rows.annotate(step=step).values_list("step", "what")
    for at, *row in grouped.annotate(Sum("count"), Sum("a_year")):
        found[bisect_right(steps, at) - 1].add(*row)
    return found


def cohorts(region: Region, today: date) -> list[CohortRow]:
    """The newest first; none for months in which nobody joined."""
    joined: dict[date, Counter[date | None]] = {}
    for month, left, count in CohortFigure.objects.filter(region=region.code).values_list(
        "joined", "left", "count"
    ):
        joined.setdefault(month, Counter())[left] += count
    return [
        CohortRow(month, total, _kept(month, joined[month], today))
        for month in sorted(joined, reverse=True)
        if (total := joined[month].total())
    ]


def _kept(month: date, lefts: Counter[date | None], today: date) -> tuple[float, ...]:
    there, shares = lefts.total(), []
    total = there
    while month <= today:
        there -= lefts[month]
        shares.append(there / total)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return tuple(shares)


def _of(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
