"""Nobody is charged for what they have forgotten."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from modules.subscriptions import jobs
from modules.subscriptions.events import MembershipChanged, Why
from modules.subscriptions.interface import MembershipView
from modules.subscriptions.tests.members import JOINED, a_plan, days_later, do, joined, on, taken
from tiffin.models import LogEvent
from tiffin.money import Money

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]


def reminders(member: MembershipView) -> list[MembershipChanged]:
    rows = LogEvent.objects.using("subscriptions").filter(key=member.id, name=MembershipChanged.wire)
    events = [msgspec.json.decode(bytes(row.payload), type=MembershipChanged) for row in rows.order_by("seq")]
    return [event for event in events if event.why is Why.RENEWS_SOON]


def look(day: date) -> None:
    with on(day):
        jobs.remind()
        jobs.remind()


def test_who_is_on_trial_is_told_a_week_before_what_will_be_charged() -> None:
    trial = joined(a_plan(trial_days=14))
    look(days_later(6))
    assert reminders(trial) == []
    for days in (7, 8):
        look(days_later(days))

    (reminder,) = reminders(trial)
    assert (reminder.total, reminder.paid_to) == (
        Money(amount=499, currency="GBP"),
        str(days_later(14)),
    )


def test_who_pays_by_the_year_is_told_each_year_and_who_pays_by_the_month_is_not() -> None:
    yearly, monthly = joined(a_plan("yearly", months=12, price=4990)), joined(a_plan())
    year = date(2028, 5, 12)
    for day in (JOINED + timedelta(days=25), year - timedelta(days=7), year, date(2029, 5, 6)):
        look(day)
    assert [event.paid_to for event in reminders(yearly)] == [str(year), "2029-05-12"]
    assert (taken(yearly), reminders(monthly)) == ([4990, 4990], [])


def test_who_has_left_or_pays_nothing_is_not_told() -> None:
    leaving, free = joined(a_plan(trial_days=14)), joined(a_plan("free", trial_days=14, price=0))
    with on(days_later(1)):
        do("cancel", leaving)
    look(days_later(8))
    assert reminders(leaving) == reminders(free) == []


def test_a_trial_of_a_week_is_told_the_day_after_it_began() -> None:
    trial = joined(a_plan(trial_days=7))
    look(JOINED)
    assert reminders(trial) == []
    look(days_later(1))
    assert len(reminders(trial)) == 1
