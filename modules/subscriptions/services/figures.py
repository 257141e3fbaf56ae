"""Counting how memberships go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from modules.subscriptions.interface import MembershipState
from modules.subscriptions.models import Counted, OfferShown
from modules.subscriptions.models.figures import What
from modules.subscriptions.services.finding import current_of
from modules.subscriptions.states import ENDED
from tiffin import clock, db, regions

_ADD = """
INSERT INTO subscriptions_membersfigure AS figure (region, hour, what, plan_code, count, a_year)
SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (region, hour, what, plan_code)
DO UPDATE SET count = figure.count + excluded.count, a_year = figure.a_year + excluded.a_year
RETURNING 1
"""
_ADD_TO_COHORTS = """
INSERT INTO subscriptions_cohortfigure AS figure (region, joined, "left", count)
SELECT * FROM unnest(%s::text[], %s::date[], %s::date[], %s::bigint[])
ON CONFLICT (region, joined, "left") DO UPDATE SET count = figure.count + excluded.count
RETURNING 1
"""
SHOWN_KEPT = timedelta(days=62)
_LOSES = frozenset({*ENDED, MembershipState.UNPAID})
_FIELDS = ("seen_as", "a_year", "periods", "on_trial", "cohort", "left")

Key = tuple[str, datetime, str, str]
Cohort = tuple[str, date, date | None]


class Step(NamedTuple):
    """What happened to a membership: how it stands then, what it brings in a year, and whether a period was
    paid for."""

    membership_id: UUID
    customer_id: UUID
    region: str
    plan_code: str
    state: MembershipState
    a_year: int
    is_paid: bool
    at: datetime


@db.transaction_required
def count_steps(steps: Sequence[Step]) -> None:
    """Each of them once, in the order of what happened to a membership."""
    ledger = _Ledger(steps)
    for step in steps:
        ledger.count(step)
    ledger.write()


def offer_shown(*, customer_id: UUID, region: str) -> None:
    """The customer saw what can be joined there: of those who are no members counted once in a month.
    Raises UnknownRegion."""
    here, now = regions.get(region), clock.now()
    if current_of(customer_id, here.code) is not None:
        return
    month = here.local(now).date().replace(day=1)
    with db.transaction():
        shown = OfferShown(region=here.code, customer_id=customer_id, month=month)
        if db.insert(shown, unless_taken=("month", "region", "customer_id")):
            hour = now.replace(minute=0, second=0, microsecond=0)
            db.select(_ADD, [here.code], [hour], [What.SHOWN.value], [""], [1], [0])


def forget_shown() -> None:
    """What was counted two months ago or earlier."""
    OfferShown.objects.filter(month__lt=(clock.now() - SHOWN_KEPT).date()).delete()


class _Ledger:
    def __init__(self, steps: Iterable[Step]) -> None:
        customers = {step.customer_id for step in steps}
        rows = Counted.objects.filter(customer_id__in=customers).select_for_update().order_by("pk")
        self._known: dict[tuple[str, UUID], dict[UUID, Counted]] = defaultdict(dict)
        for row in rows:
            self._known[row.region, row.customer_id][row.pk] = row
        self._changed: dict[UUID, Counted] = {}
        self._counts: Counter[Key] = Counter()
        self._worth: Counter[Key] = Counter()
        self._cohorts: Counter[Cohort] = Counter()

    def count(self, step: Step) -> None:
        known = self._known[step.region, step.customer_id]
        row = known.get(step.membership_id)
        if row is None:
            row = Counted(id=step.membership_id, region=step.region, customer_id=step.customer_id)
            known[row.pk] = self._changed[row.pk] = row
        before, others = _values(row), [other for other in known.values() if other is not row]
        for what in (*_way(row, step), *_payment(row, step)):
            self._add(step, what)
        for what, worth in _worth(row, others, step):
            self._add(step, what, worth)
            self._move_cohort(row, others, step, what)
        is_trial = row.on_trial or step.state is MembershipState.TRIALING
        row.on_trial = is_trial and not _trial_is_over(step)
        row.seen_as, row.a_year = step.state.value, step.a_year
        row.periods = min(row.periods + step.is_paid, len(_PAID))
        if _values(row) != before:
            self._changed[row.pk] = row

    def write(self) -> None:
        """In an order that is everybody's."""
        new: list[Counted] = []
        old: list[Counted] = []
        for row in self._changed.values():
            (new if row._state.adding else old).append(row)
        db.insert(*new)
        db.update(*old, fields=_FIELDS)
        figures = sorted(self._counts)
        if figures:
            columns = [list(column) for column in zip(*figures, strict=True)]
            counts, worth = ([of[key] for key in figures] for of in (self._counts, self._worth))
            db.select(_ADD, *columns, counts, worth)
        moved = [(key, count) for key, count in self._cohorts.items() if count]
        moved.sort(key=lambda each: (each[0][0], each[0][1], each[0][2] or date.max))
        if moved:
            columns = [list(column) for column in zip(*(key for key, _ in moved), strict=True)]
            db.select(_ADD_TO_COHORTS, *columns, [count for _, count in moved])

    def _add(self, step: Step, what: What, worth: int = 0) -> None:
        hour = step.at.replace(minute=0, second=0, microsecond=0)
        key = (step.region, hour, what.value, step.plan_code)
        self._counts[key] += 1
        self._worth[key] += worth

    def _move_cohort(self, row: Counted, others: list[Counted], step: Step, what: What) -> None:
        """A customer is in one cohort, whatever the plan: that of the first payment of all."""
        month = regions.get(step.region).local(step.at).date().replace(day=1)
        is_elsewhere = any(other.is_member for other in others)
        if what is What.GONE and row.cohort is not None:
            row.left = month
            if not is_elsewhere:
                self._cohorts[row.region, row.cohort, None] -= 1
                self._cohorts[row.region, row.cohort, month] += 1
        elif what in {What.NEW, What.BACK}:
            lefts = [each.left for each in (row, *others) if each.left]
            row.cohort = min((each.cohort for each in (row, *others) if each.cohort), default=month)
            row.left = None
            if not is_elsewhere:
                if lefts:
                    self._cohorts[row.region, row.cohort, max(lefts)] -= 1
                self._cohorts[row.region, row.cohort, None] += 1


def _values(row: Counted) -> list[Any]:
    return [getattr(row, name) for name in _FIELDS]


def _way(row: Counted, step: Step) -> Iterator[What]:
    """How far it has come: begun, tried, paid, and paid again."""
    if not row.seen_as:
        yield What.BEGUN
        if step.state is MembershipState.TRIALING:
            yield What.TRIAL
    if step.is_paid and row.periods < len(_PAID):
        yield _PAID[row.periods]
    if row.on_trial and _trial_is_over(step):
        yield What.CONVERTED if step.is_paid else What.NOT_CONVERTED


_PAID = (What.PAID, What.KEPT)


def _trial_is_over(step: Step) -> bool:
    """It was paid for, or will not be."""
    return step.is_paid or step.state in _LOSES


def _payment(row: Counted, step: Step) -> Iterator[What]:
    was_failing = row.seen_as == MembershipState.PAST_DUE.value
    if step.state is MembershipState.PAST_DUE and not was_failing:
        yield What.FAILING
    elif was_failing and step.state is MembershipState.ACTIVE:
        yield What.RECOVERED
    elif was_failing and step.state in _LOSES:
        yield What.LOST


def _worth(row: Counted, others: list[Counted], step: Step) -> Iterator[tuple[What, int]]:
    """What changes what members pay, and by how much in a year."""
    change = step.a_year - row.a_year
    was_paused = row.seen_as == MembershipState.PAUSED.value
    if not row.is_member:
        if step.a_year:
            was_member = row.cohort is not None or any(other.cohort for other in others)
            yield (What.BACK if was_member else What.NEW), change
        return
    if was_paused and step.state is not MembershipState.PAUSED:
        yield What.PAUSE_OVER, max(change, 0)
    elif step.state is MembershipState.PAUSED and not was_paused:
        yield What.PAUSED, change
    elif step.a_year and change:
        yield (What.UP if change > 0 else What.DOWN), change
    if step.state in _LOSES:
        yield What.GONE, min(change, 0)
