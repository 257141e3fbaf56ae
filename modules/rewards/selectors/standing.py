"""Whether wallets may be used, and what goes with a customer's points."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from msgspec import structs

from modules.rewards.codes import spaced
from modules.rewards.interface import RewardsAccount
from modules.rewards.models import WalletStanding
from modules.rewards.policies import Taking, redeeming, sending
from modules.rewards.selectors.statement import lots
from modules.rewards.selectors.tiers import membership
from modules.rewards.selectors.wallets import wallets
from tiffin import clock, db, regions
from tiffin.money import Money
from tiffin.regions import Region, UnknownRegion

EXPIRING_SHOWN = 3
# Nobody takes points oftener within what any rule looks at.
_LATEST = 500
# What is held for no order is being sent: it counts once, and when it was wanted.
_TAKINGS = """
WITH latest AS (
    SELECT CASE WHEN flow = 'hold' AND order_id IS NULL THEN 'send' ELSE flow END AS taking, flow, at, amount,
           order_id
    FROM rewards_entry WHERE customer_id = %s ORDER BY number DESC LIMIT %s
)
SELECT taking, at, sum(amount)::bigint FROM latest
WHERE taking IN ('hold', 'send', 'donate') AND at > %s
      AND NOT (flow = 'send' AND at IN (SELECT at FROM latest WHERE flow = 'release' AND order_id IS NULL))
GROUP BY taking, at
"""


def find_standing(customer_id: UUID) -> WalletStanding | None:
    """None for a customer of whom nothing was ever said: in good standing."""
    found = db.find(WalletStanding, id=customer_id)
    return found[0] if found else None


def takings(customer_id: UUID, *, since: datetime) -> list[Taking]:
    """What the customer took from their points: what belongs together is one."""
    return [Taking(flow, at, points) for flow, at, points in db.select(_TAKINGS, customer_id, _LATEST, since)]


def account(*, customer_id: UUID, region: str) -> RewardsAccount:
    """What the customer has, what it is worth in the region, and what goes with it."""
    standing = find_standing(customer_id)
    (wallet,) = wallets([customer_id])
    here = _region(region)
    member = membership(customer_id, here, clock.now()) if here else None
    price = here and redeeming(here, here.local(clock.now()).date())
    return RewardsAccount(
        wallet=structs.replace(wallet, tier=member.tier if member else ""),
        worth=worth(here, wallet.available) if here else None,
        minimum_points=price.minimum_points if price else 1,
        code=spaced(standing.code) if standing and standing.code else "",
        usable=wallet.usable,
        may_send=here is not None and sending(here, here.local(clock.now()).date()) is not None,
        expiring=tuple(lots(customer_id=customer_id, most=EXPIRING_SHOWN)),
        membership=member,
    )


def worth(region: Region, points: int) -> Money | None:
    """What so many points pay there, rounded down; None where points are not spent."""
    price = redeeming(region, region.local(clock.now()).date())
    if price is None:
        return None
    return Money(amount=points * price.amount // price.points, currency=region.currency)


def _region(code: str) -> Region | None:
    try:
        return regions.get(code)
    except UnknownRegion:
        return None
