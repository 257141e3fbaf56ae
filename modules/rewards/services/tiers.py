"""Tiers: reached at once, and lost by one step at most when a period is over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from modules.rewards.earning import first_end, next_end, rank, reached, tier_after, window
from modules.rewards.events import TierChanged, TierKept
from modules.rewards.models import ForgottenCustomer, Member
from modules.rewards.policies import Tier, qualifying, tiers
from modules.rewards.selectors.tiers import qualifying_points
from tiffin import clock, db, regions
from tiffin.log import publish, publish_new
from tiffin.regions import Region

REVIEWED_AT_ONCE = 500
_KEPT = ("tier", "since", "until")
_A_MOMENT = timedelta(microseconds=1)


@db.transaction_required
def promote(customer_ids: Sequence[UUID], *, region: Region, at: datetime) -> None:
    """Give each the tier that their points reach, where that is a higher one than they have."""
    day = region.local(at).date()
    there, rule = tiers(region, day), qualifying(region, day)
    if not there:
        return
    begin, end = window(region, rule, at)
    points = qualifying_points(customer_ids, region, (begin, max(end, at + _A_MOMENT)))
    earned = {customer_id: reached(there, amount) for customer_id, amount in points.items()}
    rising = _remembered(customer_id for customer_id, tier in earned.items() if tier)
    members = {member.customer_id: member for member in _locked(region, rising)}
    for customer_id in rising:
        tier = earned[customer_id]
        member = members.get(customer_id)
        if member is None:
            member = Member(customer_id=customer_id, region=region.code)
        elif rank(there, tier) <= rank(there, member.tier):
            continue
        _change(member, tier, at=at, until=first_end(region, rule, at), there=there)


def _remembered(customer_ids: Iterable[UUID]) -> list[UUID]:
    """Without those who were forgotten: they are in no programme any more."""
    asked = sorted(customer_ids)
    forgotten = ForgottenCustomer.objects.filter(pk__in=asked) if asked else ()
    gone = {each.customer_id for each in forgotten}
    return [customer_id for customer_id in asked if customer_id not in gone]


def _locked(region: Region, customer_ids: Sequence[UUID]) -> list[Member]:
    members = Member.objects.filter(region=region.code, customer_id__in=customer_ids).order_by("id")
    return list(members.select_for_update(no_key=True))


def review_tiers() -> int:
    """Whoever's period is over keeps the tier that they earned in it, or has the next lower one; returns how
    many were looked at."""
    now = clock.now()
    with db.transaction():
        here = [region.code for region in regions.all()]  # those of one that is gone stop nobody
        over = Member.objects.filter(until__lte=now, region__in=here).order_by("until")
        members = list(over.select_for_update(no_key=True, skip_locked=True)[:REVIEWED_AT_ONCE])
        for member in members:
            _review(member)
    return len(members)


def _review(member: Member) -> None:
    region, until = regions.get(member.region), member.until
    if until is None:
        return
    last = until - _A_MOMENT
    there, rule = tiers(region, region.local(last).date()), qualifying(region, region.local(last).date())
    points = qualifying_points([member.customer_id], region, window(region, rule, last))
    tier = tier_after(there, member.tier, points.get(member.customer_id, 0))
    _change(member, tier, at=until, until=next_end(region, rule, until), there=there)


@db.transaction_required
def end_tiers(customer_id: UUID) -> None:
    """A customer who is forgotten is in no programme any more; whoever gave what a tier brings is told."""
    now = clock.now()
    members = Member.objects.filter(customer_id=customer_id).exclude(tier="").order_by("id")
    for member in members.select_for_update(no_key=True):
        _change(member, "", at=now, until=now, there=())


def _change(member: Member, tier: str, *, at: datetime, until: datetime, there: Sequence[Tier]) -> None:
    """A tier that stays the same only lasts longer: others go by that, the customer is not told."""
    before = member.tier
    member.place(tier, since=at, until=until)
    terms = next((each for each in there if each.code == tier), None)
    benefits = terms.benefits if terms else ()
    if tier == before:
        kept = TierKept(customer_id=member.customer_id, tier=tier, until=until, benefits=benefits)
        publish(member, kept, saving=_KEPT)
        return
    event = TierChanged(
        customer_id=member.customer_id,
        tier=tier,
        before=before,
        until=until,
        benefits=benefits,
        title=terms.title if terms else "",
    )
    if member._state.adding:
        publish_new(member, event)
    else:
        publish(member, event, saving=_KEPT)
