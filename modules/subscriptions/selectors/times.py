"""When things are, for a membership: by the clocks of its region."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from modules.subscriptions import policies
from modules.subscriptions.billing import Cycle, Period, midnight
from modules.subscriptions.interface import MembershipState
from modules.subscriptions.models import Membership
from tiffin import clock, regions

_GRANTED = frozenset({MembershipState.TRIALING, MembershipState.ACTIVE, MembershipState.PAST_DUE})


def access_until(membership: Membership) -> datetime | None:
    """Until when its benefits are granted: what is paid for, and where another period is to follow some days
    more, so that nobody goes without while a payment is under way."""
    if membership.state not in _GRANTED:
        return None
    region = regions.get(membership.region)
    paid = midnight(membership.paid_to, region.time_zone)
    if membership.cancels:
        return paid
    return paid + policies.grace(region, on=membership.paid_to)


def today(region: str) -> date:
    return regions.get(region).local(clock.now()).date()


def begins_at(membership: Membership, day: date) -> datetime:
    """When the day begins in the membership's region."""
    return midnight(day, regions.get(membership.region).time_zone)


def running_period(membership: Membership) -> Period:
    """What is paid for now, as if there had been no pause in it."""
    return Period(membership.paid_to - timedelta(days=membership.period_days), membership.paid_to)


def first_period_from(membership: Membership, day: date) -> Period:
    """The first that is not billed yet and begins on that day or later."""
    cycle = Cycle(membership.anchor, membership.plan.months)
    number = cycle.number_of(day)
    if cycle.period(number).begins < day:
        number += 1
    return cycle.period(max(number, membership.next_number))


def next_period(membership: Membership) -> Period:
    """The first that is not billed yet."""
    return Cycle(membership.anchor, membership.plan.months).period(membership.next_number)
