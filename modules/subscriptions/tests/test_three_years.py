"""Three years of clocks: whatever the plan, the day of the month and the zone, no day is missed and none is
billed twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from django.db.models import Min

from modules.payments.interface import Payments, PaymentState
from modules.subscriptions import audit
from modules.subscriptions.interface import InvoiceKind, InvoiceState, MembershipState, MembershipView
from modules.subscriptions.models import Attempt, Invoice, Membership, Plan, TrialUse
from modules.subscriptions.tests.members import a_plan, join, move, seen
from tiffin import clock, regions
from tiffin.audit import Inspection
from tiffin.interfaces import call

pytestmark = [
    pytest.mark.database,
    pytest.mark.usefixtures("database"),
    pytest.mark.full,
    pytest.mark.timeout(1800),
]

# Every day of a month with 31, before a year with a 29 February; and that one.
FIRST = date(2027, 12, 1)
DAYS = [*(FIRST + timedelta(days=number) for number in range(31)), date(2028, 2, 29)]
YEARS = 3
REGIONS = ("gb", "pl")
PRICE, INTRODUCED, TRIAL_DAYS = 499, 199, 14
MONTHLY, YEARLY, TRIED, YEAR_TRIED = "monthly", "yearly", "tried", "year-tried"
TERMS: dict[str, dict[str, int]] = {
    MONTHLY: {},
    YEARLY: {"months": 12},
    TRIED: {"trial_days": TRIAL_DAYS, "intro_price": INTRODUCED, "intro_periods": 2},
    YEAR_TRIED: {"months": 12, "trial_days": TRIAL_DAYS},
}
# All regions of a step are past midnight, and none is near the next one.
AFTER_MIDNIGHT = timedelta(hours=3)

Joined = tuple[MembershipView, Plan, date]


def test_no_day_is_missed_and_none_billed_twice() -> None:
    plans = [
        a_plan(code, region=region, level=level, **terms)
        for region in REGIONS
        for level, (code, terms) in enumerate(TERMS.items(), start=1)
    ]
    members: list[Joined] = []
    last = max(DAYS)
    for day in _days(FIRST, FIRST.replace(year=FIRST.year + YEARS)):
        if day in DAYS:
            members += _joined(plans, day)
        _what_is_due_on(day)
        if day == last:
            assert len(members) == len(plans) * len(DAYS)

    for member, plan, day in members:
        _was_billed_as_it_should(member, plan, day)
    end = FIRST.replace(year=FIRST.year + YEARS)
    _what_is_due_on(end)
    for rule in (audit.days_are_billed_once, audit.memberships_are_not_forgotten):
        with clock.hold(datetime.combine(end, time.min, UTC) + AFTER_MIDNIGHT):
            inspection = Inspection(rule.__name__, "subscriptions")
            rule(inspection)
        assert inspection.looked_at > 0
        assert inspection.broken == 0


def _days(first: date, end: date) -> Iterator[date]:
    while first < end:
        yield first
        first += timedelta(days=1)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _joined(plans: list[Plan], day: date) -> list[Joined]:
    """Somebody joins each of them that day: in the first minute of it there, or in the last."""
    members = []
    for number, plan in enumerate(plans):
        zone = regions.get(plan.region).time_zone
        at = datetime.combine(day, time(0, 0, 30) if (number + day.day) % 2 else time(23, 59, 30), zone)
        with clock.hold(at.astimezone(UTC)):
            members.append((join(plan), plan, day))
        # As if each of them had a card of their own: there is one trial for each.
        TrialUse.objects.filter(mark__startswith="method ").delete()
    with clock.hold(_noon(day)):
        move()
    return members


def _what_is_due_on(day: date) -> None:
    """Once for all zones, after it has begun in each; not at all where nothing is due."""
    evening = datetime.combine(day, time.min, UTC) + AFTER_MIDNIGHT
    due = Membership.objects.aggregate(first=Min("due_at"))["first"]
    if due is not None and due <= evening:
        with clock.hold(evening):
            move()


def _was_billed_as_it_should(member: MembershipView, plan: Plan, day: date) -> None:
    """Reckoned again by another library: from the day on, period by period, until three years are over."""
    anchor = day + timedelta(days=TERMS[plan.code].get("trial_days", 0))
    end = FIRST.replace(year=FIRST.year + YEARS)
    begins = [anchor]
    while begins[-1] < end:
        begins.append(anchor + relativedelta(months=plan.months * len(begins)))
    wanted = [(first, until, _price(plan, number)) for number, (first, until) in enumerate(pairwise(begins))]
    invoices = list(
        Invoice.objects.filter(membership_id=member.id)
        .exclude(kind=InvoiceKind.CHANGE.value)
        .order_by("begins")
    )
    assert [(each.begins, each.ends, each.total) for each in invoices if each.total] == wanted
    assert {each.state for each in invoices} == {InvoiceState.PAID}
    zone = regions.get(plan.region).time_zone
    for invoice in invoices:
        assert _day_there(invoice.opened_at, zone) == invoice.begins, "it was billed on another day"
    assert seen(member).state is MembershipState.ACTIVE

    charges = list(Attempt.objects.filter(invoice__membership_id=member.id).values_list("pk", flat=True))
    paid = call(Payments).for_orders(order_ids=charges)
    assert sorted(view.captured.amount for view in paid) == sorted(price for *_, price in wanted)
    assert {view.state for view in paid} == {PaymentState.CAPTURED}


def _price(plan: Plan, number: int) -> int:
    return INTRODUCED if plan.code == TRIED and number < 2 else PRICE


def _day_there(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
