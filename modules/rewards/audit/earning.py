"""What must always hold of earnings: each is looked at in time, and is what was entered of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Coalesce

from modules.rewards.models import Earning, EarningRefund
from modules.rewards.selectors.wallets import stopped_wallets
from modules.rewards.states import EarningState
from tiffin import clock, db
from tiffin.audit import Inspection, rule

EARNINGS_A_PAGE = 1000
# The jobs come every few seconds, and may have been without workers for a while.
LATE = timedelta(hours=1)
FIRST = UUID(int=0)

# One statement sees one moment, and an earning moves together with its entries. Those are found by their
# customer, of whom there is an index.
_EARNINGS = """
WITH page AS (
    SELECT id, customer_id, state, points, taken_back FROM rewards_earning
    WHERE id > %(after)s ORDER BY id LIMIT %(limit)s
), entered AS (
    SELECT page.id,
        coalesce(sum(entry.amount) FILTER (WHERE entry.flow IN ('earn', 'earn_funded')), 0)::bigint AS earned,
        coalesce(sum(entry.amount) FILTER (WHERE entry.flow = 'confirm'), 0)::bigint AS confirmed,
        coalesce(sum(entry.amount) FILTER (WHERE entry.flow IN ('unearn', 'unearn_funded')), 0)::bigint
            AS unearned,
        coalesce(sum(entry.amount) FILTER (WHERE entry.flow IN ('take_back', 'owe')), 0)::bigint AS taken
    FROM page JOIN rewards_entry AS entry ON entry.customer_id = page.customer_id AND entry.order_id = page.id
    GROUP BY page.id
), refunds AS (
    SELECT earning_id AS id, sum(points)::bigint AS points, sum(forgiven)::bigint AS forgiven
    FROM rewards_earningrefund WHERE earning_id IN (SELECT id FROM page) AND taken_at IS NOT NULL
    GROUP BY earning_id
)
SELECT page.id, page.state, page.points, page.taken_back, coalesce(entered.earned, 0),
       coalesce(entered.confirmed, 0), coalesce(entered.unearned, 0), coalesce(entered.taken, 0),
       coalesce(refunds.points, 0), coalesce(refunds.forgiven, 0)
FROM page LEFT JOIN entered USING (id) LEFT JOIN refunds USING (id) ORDER BY page.id
"""


_NO_DEBTORS = """
SELECT owner, -balance FROM rewards_account AS debt
WHERE kind = 'debt' AND balance < 0 AND NOT EXISTS (
    SELECT FROM rewards_debtor WHERE customer_id = debt.owner
)
ORDER BY owner
"""
_DEBTS = "SELECT count(*) FROM rewards_account WHERE kind = 'debt' AND balance < 0"


@rule
def whoever_owes_is_a_debtor(inspection: Inspection) -> None:
    """Only debtors repay, and are in the report. Counts those who owe."""
    [(debts,)] = db.select(_DEBTS)
    inspection.looked(debts)
    for customer_id, points in db.select(_NO_DEBTORS):
        inspection.find(customer_id, f"{points} points are owed, and nobody asks for them")


@rule
def earnings_are_their_entries(inspection: Inspection) -> None:
    """What an order earned, what of it became the customer's and what was taken back again is what was
    entered, but for what was forgiven. Counts earnings."""
    after = FIRST
    while page := db.select(_EARNINGS, after=after, limit=EARNINGS_A_PAGE):
        for row in page:
            for problem in _unlike(*row[1:]):
                inspection.find(row[0], problem)
        after = page[-1][0]
        inspection.looked(len(page))


def _unlike(state: str, points: int, taken_back: int, *entered: int) -> Iterator[str]:
    earned, confirmed, unearned, taken, refunded, forgiven = entered
    if earned != points:
        yield f"it earned {points} points, and {earned} are entered"
    if taken_back != refunded:
        yield f"{taken_back} points were taken back, and {refunded} for its refunds"
    if unearned + taken + forgiven != taken_back:
        yield f"{taken_back} points were taken back, and {unearned + taken} entered, {forgiven} forgiven"
    settled = state == EarningState.CONFIRMED or confirmed > 0
    if confirmed != (points - unearned if settled else 0):
        yield f"{confirmed} of {points} points became the customer's, and {unearned} had been taken back"


@rule
def no_earning_is_overdue(inspection: Inspection) -> None:
    """What was delivered was reckoned, what is past its claims is confirmed, what went back was taken; but
    for what waits because somebody looks into its wallet. Counts what waits longer."""
    since = clock.now() - LATE
    for late in _pages_of_late_earnings(since):
        stopped = stopped_wallets({each.customer_id for each in late if each.state is EarningState.PENDING})
        for earning in late:
            inspection.looked(1)
            if earning.state is EarningState.NEW or earning.customer_id not in stopped:
                why = earning.refusal or "due"
                inspection.find(earning.pk, f"it is {earning.state_name} since {earning.meant} ({why})")
    for refund in (
        EarningRefund.objects.filter(taken_at=None).order_by("pk").iterator(chunk_size=EARNINGS_A_PAGE)
    ):
        inspection.looked(1)
        if refund.at < since:
            why = refund.refusal or "due"
            inspection.find(refund.pk, f"its points are not taken back since {refund.at} ({why})")


def _pages_of_late_earnings(since: datetime) -> Iterator[list[Any]]:
    waiting: Any = Earning.objects.filter(
        state_name__in=(EarningState.NEW.value, EarningState.PENDING.value)
    ).annotate(meant=Coalesce("confirms_at", "delivered_at"))
    late = waiting.filter(meant__lt=since).order_by("pk")
    page = list(late[:EARNINGS_A_PAGE])
    while page:
        yield page
        page = list(late.filter(pk__gt=page[-1].pk)[:EARNINGS_A_PAGE])
