"""Who may have forgotten that they are going to be charged is told before."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import F, Q

from modules.subscriptions import policies
from modules.subscriptions.billing import MONTHS_A_YEAR
from modules.subscriptions.events import Why
from modules.subscriptions.interface import MembershipState
from modules.subscriptions.models import Membership
from modules.subscriptions.selectors.memberships import next_price_of
from modules.subscriptions.selectors.times import next_period, today
from modules.subscriptions.services.finding import give_terms
from modules.subscriptions.services.writing import writing
from modules.subscriptions.states import RENEWING
from tiffin import db, regions
from tiffin.regions import Region

AT_ONCE = 500


def remind_some() -> bool:
    """The next of those whose trial or year is over soon. Returns whether there may be more."""
    more = [_remind(region) for region in regions.all()]
    return any(more)


def _remind(region: Region) -> bool:
    day = today(region.code)
    rules = policies.reminder(region, on=day)
    if rules is None:
        return False
    with db.transaction():
        members = _charged_soon(region, day, day + timedelta(days=rules.days))
        with writing() as changes:
            for member in members:
                member.reminded_of = member.paid_to
                period = next_period(member)
                due, _ = policies.taxed(region, next_price_of(member, period), on=period.begins)
                if due:
                    changes.tell(member, Why.RENEWS_SOON, due=due)
                else:
                    changes.save(member)
    return len(members) == AT_ONCE


@db.transaction_required
def _charged_soon(region: Region, day: date, until: date) -> list[Membership]:
    """Of whom nobody was told yet, locked. Who joined today has just read it."""
    rows = Membership.objects.filter(
        Q(state_name=MembershipState.TRIALING.value) | Q(plan__months=MONTHS_A_YEAR),
        region=region.code,
        state_name__in=sorted(state.value for state in RENEWING),
        cancels=False,
        paid_to__gt=day,
        paid_to__lte=until,
        started_on__lt=day,
    ).exclude(reminded_of=F("paid_to"))
    members = list(rows.order_by("pk").select_for_update(of=("self",), skip_locked=True)[:AT_ONCE])
    give_terms(members)
    return members
