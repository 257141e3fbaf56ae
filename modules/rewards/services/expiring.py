"""Points that expire: those who have them are warned, and then they are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from modules.rewards.events import PointsExpireSoon
from modules.rewards.interface import Flow, Posting, Transfer
from modules.rewards.models import Lot, Member, WalletStanding
from modules.rewards.policies import earning_rule, reviewing
from modules.rewards.services.posting import post_many
from modules.rewards.states import WalletState
from tiffin import clock, db, ids, regions
from tiffin.log import publish, publish_new

EXPIRED_AT_ONCE = 2000
WARNED_AT_ONCE = 200
EXPIRED = "expired"

# One row for each customer and moment of which they were not told.
_UNWARNED = """
SELECT lot.customer_id, lot.expires_at, sum(lot.available)::bigint FROM rewards_lot AS lot
LEFT JOIN rewards_member AS member ON member.customer_id = lot.customer_id AND member.region = lot.region
WHERE lot.is_open AND lot.available > 0 AND lot.region = %(region)s
  AND lot.expires_at > %(now)s AND lot.expires_at <= %(until)s
  AND (member.warned_until IS NULL OR member.warned_until < lot.expires_at)
GROUP BY lot.customer_id, lot.expires_at ORDER BY lot.expires_at, lot.customer_id LIMIT %(limit)s
"""
WARNINGS_AT_ONCE = 20_000

Warning = tuple[UUID, datetime, int]


def expire_batch() -> int:
    """Let points expire whose time is over; returns of how many lots. What is held is not taken: it goes once
    it is free again. What is spent in this very moment was spent. Nor is anything taken while somebody looks
    into the wallet, and for as long as that may take once they have: it could not be spent meanwhile."""
    now = clock.now()
    kept = WalletStanding.objects.filter(pk=OuterRef("customer_id")).filter(
        Q(state_name=WalletState.UNDER_REVIEW.value)
        | Q(state_name=WalletState.GOOD.value) & ~Q(why="") & _good_since_shortly(now)
    )
    due = Lot.objects.filter(~Exists(kept), is_open=True, available__gt=0, expires_at__lte=now)
    lots = list(due.order_by("expires_at").only("id", "customer_id", "region", "available")[:EXPIRED_AT_ONCE])
    return expire_lots(lots)


def _good_since_shortly(now: datetime) -> Q:
    """For no longer than a review may take in the region of the wallet."""
    shortly = Q()
    for region in regions.all():
        hours = reviewing(region, region.local(now).date()).hours
        shortly |= Q(region=region.code, since__gt=now - timedelta(hours=hours))
    return shortly


def expire_lots(lots: Sequence[Lot], *, reason: str = EXPIRED) -> int:
    """What is available of the lots goes to breakage. Each time under new ids: what came back to a lot may
    expire again, and no more than is there ever does."""
    postings = [
        Posting(
            transfers=(
                Transfer(
                    id=ids.new_id(),
                    flow=Flow.EXPIRE,
                    amount=lot.available,
                    region=lot.region,
                    customer_id=lot.customer_id,
                    lot_id=lot.id,
                    reason=reason,
                ),
            )
        )
        for lot in lots
        if lot.available
    ]
    return len(postings) - len(post_many(postings).refused) if postings else 0


def warn_of_expiry() -> int:
    """Tell customers which points expire soon, once of each day; returns how many were told."""
    return sum(_warn_in(region.code) for region in regions.all())


def _warn_in(code: str) -> int:
    region, now = regions.get(code), clock.now()
    rule = earning_rule(region, region.local(now).date())
    if rule is None:
        return 0
    until = now + timedelta(days=rule.warn_days)
    told = 0
    while warnings := db.select(_UNWARNED, region=code, now=now, until=until, limit=WARNINGS_AT_ONCE):
        for begin in range(0, len(warnings), WARNED_AT_ONCE):
            _warn(code, warnings[begin : begin + WARNED_AT_ONCE])
        told += len(warnings)
    return told


def _warn(code: str, warnings: Sequence[Warning]) -> None:
    with db.transaction():
        customers = [customer_id for customer_id, _, _ in warnings]
        rows = Member.objects.filter(region=code, customer_id__in=customers).order_by("id")
        members = {member.customer_id: member for member in rows.select_for_update(no_key=True)}
        for customer_id, expires_at, points in warnings:
            member = members.get(customer_id)
            event = PointsExpireSoon(customer_id=customer_id, points=points, expires_at=expires_at)
            if member is None:
                member = Member(customer_id=customer_id, region=code, warned_until=expires_at)
                members[customer_id] = member
                publish_new(member, event)
            elif member.warned_until is None or member.warned_until < expires_at:
                member.warned_until = expires_at
                publish(member, event, saving=("warned_until",))
