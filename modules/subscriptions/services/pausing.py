"""Memberships that rest: what is paid for is kept for afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from modules.subscriptions import policies
from modules.subscriptions.events import Why
from modules.subscriptions.interface import MembershipState, MembershipStateConflict, PauseTooLong
from modules.subscriptions.models import Membership
from modules.subscriptions.selectors.times import begins_at, today
from modules.subscriptions.services.ending import drop_change
from modules.subscriptions.services.finding import change_under_way, lock_of
from modules.subscriptions.services.writing import Writing, writing
from tiffin import db, regions

ONE_YEAR = timedelta(days=365)
_PAUSE = frozenset({MembershipState.ACTIVE, MembershipState.TRIALING})


def pause(*, customer_id: UUID, membership_id: UUID, days: int) -> Membership:
    """Rest from today on for so many days: no benefits, and nothing to pay; what is left of the period is
    there afterwards.

    Raises MembershipUnknown, MembershipStateConflict, PauseTooLong.
    """
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        if member.state not in _PAUSE or member.owes is not None or member.cancels:
            raise MembershipStateConflict(state=member.state_name, action="paused")
        day = today(member.region)
        left, most = days_left(member, day)
        if not 1 <= days <= min(left, most):
            raise PauseTooLong(most=most, left=left)
        if member.paused_since is None or day - member.paused_since >= ONE_YEAR:
            member.paused_since, member.paused_days = day, 0
        member.resumes_as = member.state_name
        member.move_to(MembershipState.PAUSED)
        member.paused_from, member.paused_to = day, day + timedelta(days=days)
        member.due_at = begins_at(member, member.paused_to)
        with writing() as changes:
            drop_change(changes, member, change_under_way(member))
            changes.tell(member, Why.PAUSED)
    return member


def resume(*, customer_id: UUID, membership_id: UUID) -> Membership:
    """Go on today. Raises MembershipUnknown, MembershipStateConflict."""
    with db.transaction():
        member = lock_of(customer_id, membership_id)
        if member.state is not MembershipState.PAUSED:
            raise MembershipStateConflict(state=member.state_name, action="resumed")
        with writing() as changes:
            come_back(changes, member)
    return member


def days_left(member: Membership, day: date) -> tuple[int, int]:
    """How many days of pause are left within twelve months, and how many there may be at a time."""
    rules = policies.pausing(regions.get(member.region), on=day)
    if rules is None:
        return 0, 0
    used = member.paused_days
    if member.paused_since is None or day - member.paused_since >= ONE_YEAR:
        used = 0
    return max(0, rules.days_a_year - used), rules.most_days


def come_back(changes: Writing, member: Membership) -> None:
    """It goes on today, or on the day on which it should have: what was left of its period begins then, and
    the days of the pause are not counted."""
    day = min(today(member.region), member.paused_to or date.max)
    since = member.paused_from or day
    left = member.paid_to - since
    member.paused_days += (day - since).days
    member.paused_from = member.paused_to = None
    member.move_to(MembershipState(member.resumes_as))
    member.resumes_as = ""
    member.paid_to = day + left
    member.begin_anew(member.paid_to)
    member.due_at = begins_at(member, member.paid_to)
    changes.tell(member, Why.RESUMED)
