"""What nobody can claim back any more becomes the customers', a thousand orders at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError

from modules.rewards.interface import Flow, InsufficientPoints, Posting, Transfer
from modules.rewards.models import Earning
from modules.rewards.selectors.earning import debts_of
from modules.rewards.selectors.wallets import stopped_wallets
from modules.rewards.services.earning_batches import (
    TRIED_AGAIN_AFTER,
    due_earnings,
    refusal_of,
    refusals,
    shares_in,
)
from modules.rewards.services.posting import post
from modules.rewards.services.tiers import promote
from modules.rewards.states import EarningState
from tiffin import clock, db, regions

log = structlog.get_logger(__name__)

_CONFIRMED = ("state_name", "confirmed_at", "due_at", "refusal")


def confirm_batch() -> int:
    """What nobody can claim back any more becomes the customers'; returns how many were looked at. Whoever
    owes points repays them first, one at a time: what they owe must not change meanwhile."""
    now = clock.now()
    with db.transaction():
        due = due_earnings(EarningState.PENDING, now)
        earnings = _usable(due, now)
        debts = debts_of({earning.customer_id for earning in earnings})
        free = [earning for earning in earnings if earning.customer_id not in debts]
        refused = refusals([Posting(transfers=tuple(_confirm(earning))) for earning in free])
        for earning in free:
            _settle(earning, refused.get(earning.id), now)
        db.update(*free, fields=_CONFIRMED)
        _promote(free, now)
    for earning in earnings:
        if earning.customer_id in debts:
            _try(earning.id, now)
    return len(due)


def _usable(due: Sequence[Earning], now: datetime) -> list[Earning]:
    """Without those of wallets that are looked into, which are looked at again soon."""
    stopped = stopped_wallets({earning.customer_id for earning in due})
    waiting = [earning for earning in due if earning.customer_id in stopped]
    for earning in waiting:
        earning.due_at = now + TRIED_AGAIN_AFTER
    db.update(*waiting, fields=("due_at",))
    return [earning for earning in due if earning.customer_id not in stopped]


def _try(earning_id: UUID, now: datetime) -> None:
    """One that cannot be confirmed stops no other: it is tried again later."""
    try:
        _confirm_and_repay(earning_id, now)
    except OperationalError:
        raise  # never an earning's fault: the job comes again
    except Exception as error:
        # Where the debt was repaid in this very moment the next time is right.
        if not isinstance(error, InsufficientPoints):
            log.exception("earning_not_confirmed", order_id=str(earning_id))
        Earning.objects.filter(pk=earning_id, state_name=EarningState.PENDING.value).update(
            due_at=now + TRIED_AGAIN_AFTER, refusal=refusal_of(error)
        )


def _confirm_and_repay(earning_id: UUID, now: datetime) -> None:
    with db.transaction():
        earning = Earning.objects.select_for_update().get(pk=earning_id)
        if earning.state is not EarningState.PENDING:
            return
        transfers = _confirm(earning)
        owed = debts_of({earning.customer_id}).get(earning.customer_id, 0)
        repaid = min(owed, sum(transfer.amount for transfer in transfers))
        if repaid:
            transfers.append(_repay(earning, repaid))
        post(*transfers)
        _settle(earning, None, now)
        earning.save(update_fields=_CONFIRMED)
        _promote([earning], now)


def _confirm(earning: Earning) -> list[Transfer]:
    left = (
        (share, share.points - share.back(goods=earning.goods, refunded=earning.refunded))
        for share in shares_in(earning)
    )
    return [
        Transfer(
            id=share.id("confirm"),
            flow=Flow.CONFIRM,
            amount=points,
            region=earning.region,
            customer_id=earning.customer_id,
            lot_id=share.lot_id,
            order_id=earning.id,
        )
        for share, points in left
        if points
    ]


def _repay(earning: Earning, points: int) -> Transfer:
    return Transfer(
        id=shares_in(earning)[0].id("repay"),
        flow=Flow.REPAY,
        amount=points,
        region=earning.region,
        customer_id=earning.customer_id,
        order_id=earning.id,
    )


def _settle(earning: Earning, refusal: str | None, now: datetime) -> None:
    if refusal is None:
        earning.move_to(EarningState.CONFIRMED)
        earning.confirmed_at, earning.refusal = now, ""
    else:
        earning.due_at, earning.refusal = now + TRIED_AGAIN_AFTER, refusal


def _promote(earnings: Sequence[Earning], now: datetime) -> None:
    customers: defaultdict[str, set[UUID]] = defaultdict(set)
    for earning in earnings:
        if earning.state is EarningState.CONFIRMED:
            customers[earning.region].add(earning.customer_id)
    for region in regions.all():
        if region.code in customers:
            promote(sorted(customers[region.code]), region=region, at=now)
