"""What must always hold of the points ledger: what is stored is what its entries come to."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from modules.rewards.models import PROGRAMME, Hold
from modules.rewards.states import OF_CUSTOMERS
from tiffin import clock, db
from tiffin.audit import Inspection, rule

# A page is read within the time that a transaction has, also where all is slow.
CUSTOMERS_A_PAGE = 200
ENTRIES_A_PAGE = 5_000
# So long after its time a hold may still be there: the job comes every few minutes.
LAPSED_WITHIN = timedelta(hours=1)

_CUSTOMERS = """
SELECT owner FROM rewards_account WHERE kind = 'available' AND owner > %s ORDER BY owner LIMIT %s
"""
# One statement sees one moment, and a customer's points move under one lock: these are exact in full traffic.
_WALLETS = """
WITH entered AS (
    SELECT leg.account, sum(leg.amount)::bigint AS amount
    FROM rewards_entry AS entry,
         LATERAL (VALUES (entry.debit, -entry.amount), (entry.credit, entry.amount)) AS leg(account, amount)
    WHERE entry.customer_id = ANY(%(customers)s) GROUP BY leg.account
), last AS (
    SELECT DISTINCT ON (customer_id) customer_id, after FROM rewards_entry
    WHERE customer_id = ANY(%(customers)s) ORDER BY customer_id, number DESC
), lots AS (
    SELECT customer_id, sum(pending)::bigint AS pending, sum(available)::bigint AS available,
           sum(held)::bigint AS held
    FROM rewards_lot WHERE customer_id = ANY(%(customers)s) GROUP BY customer_id
), holds AS (
    SELECT customer_id, sum(points)::bigint AS points FROM rewards_hold
    WHERE customer_id = ANY(%(customers)s) AND ended_at IS NULL GROUP BY customer_id
)
SELECT account.owner, account.kind, account.balance, coalesce(entered.amount, 0),
       CASE account.kind WHEN 'pending' THEN coalesce(lots.pending, 0)
                         WHEN 'available' THEN coalesce(lots.available, 0)
                         WHEN 'held' THEN coalesce(lots.held, 0) ELSE account.balance END,
       CASE account.kind WHEN 'held' THEN coalesce(holds.points, 0)
                         WHEN 'available' THEN coalesce(last.after, 0) ELSE account.balance END
FROM rewards_account AS account
LEFT JOIN entered ON entered.account = account.id
LEFT JOIN lots ON lots.customer_id = account.owner
LEFT JOIN holds ON holds.customer_id = account.owner
LEFT JOIN last ON last.customer_id = account.owner
WHERE account.owner = ANY(%(customers)s)
"""
_LOTS = """
WITH moved AS (
    SELECT lot, flow, part FROM rewards_entry AS entry, unnest(entry.lots, entry.parts) AS taken(lot, part)
    WHERE entry.customer_id = ANY(%(customers)s)
    UNION ALL
    SELECT id, flow, amount FROM rewards_entry
    WHERE customer_id = ANY(%(customers)s) AND flow IN ('earn', 'earn_funded', 'grant', 'receive')
), entered AS (
    SELECT lot,
           sum(CASE WHEN flow IN ('earn', 'earn_funded') THEN part
                    WHEN flow IN ('confirm', 'unearn', 'unearn_funded') THEN -part ELSE 0 END) AS pending,
           sum(CASE WHEN flow IN ('confirm', 'release', 'restore', 'grant', 'receive') THEN part
                    WHEN flow IN ('earn', 'earn_funded', 'unearn', 'unearn_funded', 'post') THEN 0
                    ELSE -part END) AS available,
           sum(CASE WHEN flow = 'hold' THEN part WHEN flow IN ('post', 'release') THEN -part ELSE 0 END)
               AS held
    FROM moved GROUP BY lot
), lots AS (SELECT * FROM rewards_lot WHERE customer_id = ANY(%(customers)s))
SELECT coalesce(lots.id, entered.lot), lots.pending, lots.available, lots.held,
       entered.pending::bigint, entered.available::bigint, entered.held::bigint
FROM lots FULL JOIN entered ON entered.lot = lots.id
WHERE (lots.pending, lots.available, lots.held)
      IS DISTINCT FROM (entered.pending::bigint, entered.available::bigint, entered.held::bigint)
"""
_HOLDS = """
WITH ended AS (
    SELECT hold_id, coalesce(sum(amount) FILTER (WHERE flow = 'post'), 0) AS posted,
           coalesce(sum(amount) FILTER (WHERE flow = 'release'), 0) AS released,
           coalesce(sum(amount) FILTER (WHERE flow = 'restore'), 0) AS restored
    FROM rewards_entry WHERE customer_id = ANY(%(customers)s) AND hold_id IS NOT NULL GROUP BY hold_id
)
SELECT hold.id FROM rewards_hold AS hold LEFT JOIN ended ON ended.hold_id = hold.id
WHERE hold.customer_id = ANY(%(customers)s)
      AND (hold.posted, hold.restored, CASE WHEN hold.ended_at IS NULL THEN 0 ELSE hold.points END)
          IS DISTINCT FROM (coalesce(ended.posted, 0)::bigint, coalesce(ended.restored, 0)::bigint,
                            coalesce(ended.posted + ended.released, 0)::bigint)
"""
_ENTRIES = """
WITH page AS (
    SELECT id, debit, credit, amount FROM rewards_entry WHERE id > %s ORDER BY id LIMIT %s
), legs AS (
    SELECT account, sum(amount)::bigint AS amount
    FROM (SELECT debit, -amount FROM page UNION ALL SELECT credit, amount FROM page) AS leg(account, amount)
    GROUP BY account
)
SELECT NULL, count(*), (SELECT id FROM page ORDER BY id DESC LIMIT 1) FROM page
UNION ALL
SELECT legs.account, legs.amount, NULL FROM legs JOIN rewards_account AS account ON account.id = legs.account
WHERE account.kind <> ALL(%s)
"""
_PROGRAMME = "SELECT id, balance FROM rewards_account WHERE kind <> ALL(%s)"


@rule
def wallets_are_their_entries(inspection: Inspection) -> None:
    """What a customer has is what came and went, lot by lot; what is held is held by holds that have not
    ended; the statement ends with what is there. Counts customers."""
    last: UUID | None = PROGRAMME
    while last is not None:
        page = [owner for (owner,) in db.select(_CUSTOMERS, last, CUSTOMERS_A_PAGE)]
        if page:
            _look_at_wallets(inspection, page)
        inspection.looked(len(page))
        last = page[-1] if len(page) == CUSTOMERS_A_PAGE else None


def _look_at_wallets(inspection: Inspection, customers: list[UUID]) -> None:
    for owner, kind, balance, entered, in_lots, told in db.select(_WALLETS, customers=customers):
        if balance != entered:
            inspection.find(owner, f"{balance} are {kind}, and its entries come to {entered}")
        if balance != in_lots:
            inspection.find(owner, f"{balance} are {kind}, and in lots there are {in_lots}")
        if balance != told:
            inspection.find(owner, f"{balance} are {kind}, and holds or the statement say {told}")
    for lot, *amounts in db.select(_LOTS, customers=customers):
        stored, entered = tuple(amounts[:3]), tuple(amounts[3:])
        inspection.find(lot, f"of the lot are left {stored}, and its entries come to {entered}")
    for (hold,) in db.select(_HOLDS, customers=customers):
        inspection.find(hold, "the hold is not what its entries say")


@rule
def programme_is_its_entries(inspection: Inspection) -> None:
    """Each account of the programme and of its partners has what came and went; all that customers have was
    issued. Counts entries. What moves meanwhile is left for the next audit."""
    before = _programme()
    sums = _sums(inspection)
    after = _programme()
    for account, balance in after.items():
        if before.get(account) == balance and balance != sums[account]:
            inspection.find("", f"account {account} has {balance}, and its entries come to {sums[account]}")


def _programme() -> dict[int, int]:
    return dict(db.select(_PROGRAMME, _customers_kinds()))


def _customers_kinds() -> list[str]:
    return [kind.value for kind in OF_CUSTOMERS]


def _sums(inspection: Inspection) -> Counter[int]:
    sums: Counter[int] = Counter()
    last: Any = PROGRAMME
    while last is not None:
        (_, count, last), *legs = db.select(_ENTRIES, last, ENTRIES_A_PAGE, _customers_kinds())
        for account, amount, _ in legs:
            sums[account] += amount
        inspection.looked(count)
    return sums


@rule
def no_hold_is_forgotten(inspection: Inspection) -> None:
    """What nobody ended in time has lapsed. Counts holds that have not ended."""
    held = Hold.objects.filter(ended_at=None)
    for hold in held.filter(lapses_at__lt=clock.now() - LAPSED_WITHIN).only("id", "lapses_at"):
        inspection.find(hold.pk, f"the hold should have lapsed at {hold.lapses_at}")
    inspection.looked(held.count())
