"""What customers have earned so far, as far as it bears on what they earn next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from modules.rewards.earning import Earned, day_of
from modules.rewards.models import Earning, Lot
from modules.rewards.states import AccountKind
from tiffin import db
from tiffin.regions import Region

_DEBTS = "SELECT owner, -balance FROM rewards_account WHERE kind = %s AND owner = ANY(%s) AND balance < 0"
_BALANCES = "SELECT kind, balance FROM rewards_account WHERE owner = %s AND kind = ANY(%s)"
_DEBTORS = """
SELECT debtor.customer_id, least(-debt.balance, available.balance), debtor.region
FROM rewards_debtor AS debtor
JOIN rewards_account AS debt ON debt.owner = debtor.customer_id AND debt.kind = 'debt'
JOIN rewards_account AS available ON available.owner = debtor.customer_id AND available.kind = 'available'
WHERE debt.balance < 0 AND available.balance > 0
ORDER BY debtor.since LIMIT %s
"""
_EARNED = """
SELECT customer_id, sum(points)::bigint FROM rewards_earning
WHERE customer_id = ANY(%(customers)s) AND region = %(region)s AND state <> 'new'
  AND delivered_at >= %(begin)s AND delivered_at < %(end)s
GROUP BY customer_id
"""
# An order of which everything was taken back is none.
_ORDERED = """
SELECT customer FROM unnest(%(customers)s::uuid[]) AS customer WHERE EXISTS (
    SELECT FROM rewards_earning WHERE customer_id = customer AND state NOT IN ('new', 'reversed')
)
"""
_SINCE = """
SELECT customer_id, delivered_at, ARRAY(
    SELECT (part ->> 'campaign_id')::uuid FROM jsonb_array_elements(parts) AS part
    WHERE part ->> 'campaign_id' IS NOT NULL
)
FROM rewards_earning
WHERE customer_id = ANY(%(customers)s) AND delivered_at > %(since)s AND region = %(region)s
  AND state NOT IN ('new', 'reversed')
"""


def debts_of(customer_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many points each owes, of those who do."""
    return dict(db.select(_DEBTS, AccountKind.DEBT.value, list(customer_ids)))


def earned_on(region: Region, earnings: Sequence[Earning]) -> defaultdict[tuple[UUID, date], int]:
    """How many points each customer earned already on the local days on which these orders came."""
    found: defaultdict[tuple[UUID, date], int] = defaultdict(int)
    customers: defaultdict[date, set[UUID]] = defaultdict(set)
    for earning in earnings:
        customers[region.local(earning.delivered_at).date()].add(earning.customer_id)
    for day, of_day in customers.items():
        begin, end = day_of(region, day)
        values = {"customers": list(of_day), "region": region.code, "begin": begin, "end": end}
        for customer_id, points in db.select(_EARNED, **values):
            found[customer_id, day] = points
    return found


def have_ordered(customer_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the customers whose first order is over."""
    return {customer_id for (customer_id,) in db.select(_ORDERED, customers=list(customer_ids))}


def orders_since(
    region: Region, customer_ids: Sequence[UUID], since: datetime
) -> defaultdict[UUID, list[Earned]]:
    """The customers' orders in the region after that, in any order."""
    found: defaultdict[UUID, list[Earned]] = defaultdict(list)
    values: dict[str, Any] = {"customers": list(customer_ids), "since": since, "region": region.code}
    for customer_id, delivered_at, campaigns in db.select(_SINCE, **values):
        found[customer_id].append(Earned(delivered_at=delivered_at, campaigns=frozenset(campaigns)))
    return found


def points_there(earning: Earning) -> tuple[dict[UUID, int], int, int]:
    """What its customer has available of each lot that the order earned, and in all, and held."""
    lots = Lot.objects.filter(customer_id=earning.customer_id, order_id=earning.id, is_open=True)
    balances = dict(
        db.select(_BALANCES, earning.customer_id, [AccountKind.AVAILABLE.value, AccountKind.HELD.value])
    )
    return (
        dict(lots.values_list("id", "available")),
        balances.get(AccountKind.AVAILABLE.value, 0),
        balances.get(AccountKind.HELD.value, 0),
    )


def debtors(limit: int) -> list[tuple[UUID, int, str]]:
    """Customers who owe points and have some, how many they can repay, and in which region they came to owe
    them."""
    return db.select(_DEBTORS, limit)
