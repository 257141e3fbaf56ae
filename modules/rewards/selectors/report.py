"""What the programme owes its customers and charities, and what becomes of points: from the figures alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Sum

from modules.rewards.interface import Flow
from modules.rewards.models import Account, Charity, OutstandingFigure, PointsFigure
from modules.rewards.policies import redeeming, worth
from modules.rewards.states import POINTS, AccountKind
from tiffin import clock, db
from tiffin.dto import DTO
from tiffin.money import Money
from tiffin.regions import Region

# What each line of the report is made of: what came, less what went back.
ISSUED = {Flow.EARN: 1, Flow.EARN_FUNDED: 1, Flow.GRANT: 1}
TAKEN_BACK = {Flow.UNEARN: 1, Flow.UNEARN_FUNDED: 1, Flow.TAKE_BACK: 1, Flow.REPAY: 1}
REDEEMED = {Flow.POST: 1, Flow.RESTORE: -1}
EXPIRED = {Flow.EXPIRE: 1}
OWED = {Flow.OWE: 1}
DONATED = {Flow.DONATE: 1}
# What customers have is what came by the first and went by these; sending and holding move it among them.
WENT = (TAKEN_BACK, REDEEMED, EXPIRED, DONATED)

Line = dict[Flow, int]

# Whoever owes is a debtor of one region, and few are.
_OWED = """
SELECT count(*), coalesce(-sum(debt.balance), 0)::bigint FROM rewards_debtor AS debtor
JOIN rewards_account AS debt ON debt.owner = debtor.customer_id AND debt.kind = 'debt'
WHERE debtor.region = %s AND debt.balance < 0
"""


class Breakage(DTO):
    """Of the points that were `issued` in a month so many have `expired`."""

    month: date
    issued: int
    expired: int

    @property
    def rate(self) -> float | None:
        return self.expired / self.issued if self.issued else None


class Payable(DTO):
    """What is owed to a charity; its name is empty where it is not known."""

    charity_id: UUID
    charity: str
    amount: Money


class Owed(DTO):
    """What so many `customers` owe the programme: `points` that were taken back when they had been spent
    already, and what those are worth in the region at today's price."""

    customers: int
    points: int
    worth: Money | None


class Outstanding(DTO):
    """What customers have in a region, and what that pays there at today's price; `taken_at` is when it was
    looked at, None before."""

    points: int
    worth: Money | None
    by_expiry: dict[date, int]
    by_age: dict[date, int]
    taken_at: datetime | None


def outstanding(region: Region) -> Outstanding:
    by_expiry, by_age = Counter[date](), Counter[date]()
    taken_at = None
    for row in OutstandingFigure.objects.filter(region=region.code):
        by_expiry[row.expires] += row.points
        by_age[row.opened] += row.points
        taken_at = row.taken_at
    points = by_age.total()
    return Outstanding(
        points=points,
        worth=_worth(region, points),
        by_expiry=dict(sorted(by_expiry.items())),
        by_age=dict(sorted(by_age.items())),
        taken_at=taken_at,
    )


def owed_by_customers(region: Region) -> Owed:
    """Of those who came to owe there first, wherever they owe more; as the accounts have it this moment."""
    [(customers, points)] = db.select(_OWED, region.code)
    return Owed(customers=customers, points=points, worth=_worth(region, points))


def _worth(region: Region, points: int) -> Money | None:
    """As the books have it."""
    price = redeeming(region, region.local(clock.now()).date())
    return Money(amount=worth(points, price), currency=region.currency) if price else None


def moved(region: Region, steps: Sequence[datetime]) -> list[Counter[Flow]]:
    """How many points moved by which flow, between each of the moments and the next."""
    found = [Counter[Flow]() for _ in steps[1:]]
    rows = PointsFigure.objects.filter(
        region=region.code, unit=POINTS, hour__gte=steps[0], hour__lt=steps[-1]
    ).values_list("hour", "flow", "amount")
    step = 0
    for hour, flow, amount in rows.order_by("hour"):
        while hour >= steps[step + 1]:
            step += 1
        found[step][Flow(flow)] += amount
    return found


def of_line(line: Line, moves: Counter[Flow]) -> int:
    """What a line of the report comes to."""
    return sum(sign * moves[flow] for flow, sign in line.items())


def breakage(region: Region) -> list[Breakage]:
    """By the month in which points were got; what was sent to another counts as got then, so that of a month
    more can have expired than was issued."""
    issued, expired = defaultdict[date, int](int), defaultdict[date, int](int)
    points = PointsFigure.objects.filter(region=region.code, unit=POINTS)
    opened = points.filter(flow__in=[flow.value for flow in ISSUED])
    for hour, amount in opened.values_list("hour", "amount"):
        issued[region.local(hour).date().replace(day=1)] += amount
    for month, amount in points.filter(flow=Flow.EXPIRE.value).values_list("month").annotate(Sum("amount")):
        expired[month] += amount
    return [
        Breakage(month=month, issued=issued[month], expired=expired[month])
        for month in sorted(issued.keys() | expired.keys())
    ]


def payables(region: Region) -> list[Payable]:
    """What charities are owed, the most first."""
    rows = (
        Account.objects.filter(kind=AccountKind.PAYABLE.value, region=region.code)
        .values_list("owner", "unit")
        .annotate(balance=Sum("balance"))
        .order_by("-balance")
    )
    names = dict(Charity.objects.filter(pk__in=[owner for owner, *_ in rows]).values_list("pk", "name"))
    return [
        Payable(charity_id=owner, charity=names.get(owner, ""), amount=Money(amount=balance, currency=unit))
        for owner, unit, balance in rows
        if balance
    ]
