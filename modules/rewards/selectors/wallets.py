"""What customers have, and what is held of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from msgspec import structs

from modules.rewards.interface import HoldState, HoldView, TooManyWallets, Wallet
from modules.rewards.models import PROGRAMME, Hold, WalletStanding
from modules.rewards.selectors.paging import page_of
from modules.rewards.selectors.tiers import tiers_of
from modules.rewards.states import AccountKind, WalletState
from tiffin import db

MOST_WALLETS = 1000

_BALANCES = "SELECT owner, kind, balance FROM rewards_account WHERE owner = ANY(%s) AND stripe = 0"
# What expires first of each, all that does so at the same time together.
_EXPIRING = """
SELECT DISTINCT ON (customer_id) customer_id, expires_at, sum(available)::bigint
FROM rewards_lot WHERE customer_id = ANY(%s) AND is_open AND available > 0
GROUP BY customer_id, expires_at ORDER BY customer_id, expires_at
"""


def wallets(customer_ids: Sequence[UUID]) -> list[Wallet]:
    """What each has, in the order asked. Raises TooManyWallets."""
    if len(customer_ids) > MOST_WALLETS:
        raise TooManyWallets(wallets=len(customer_ids), limit=MOST_WALLETS)
    balances: defaultdict[UUID, dict[str, int]] = defaultdict(dict)
    for owner, kind, balance in db.select(_BALANCES, list(customer_ids)):
        balances[owner][kind] = balance
    expiring = {
        owner: (points, expires_at) for owner, expires_at, points in db.select(_EXPIRING, list(customer_ids))
    }
    tiers, stopped = tiers_of(customer_ids), stopped_wallets(customer_ids)
    return [
        structs.replace(
            _wallet(customer_id, balances[customer_id], expiring.get(customer_id)),
            tier=tiers.get(customer_id, ""),
            usable=customer_id not in stopped,
        )
        for customer_id in customer_ids
    ]


def _wallet(customer_id: UUID, balances: dict[str, int], expiring: tuple[int, datetime] | None) -> Wallet:
    points, expires_at = expiring or (0, None)
    return Wallet(
        customer_id=customer_id,
        available=balances.get(AccountKind.AVAILABLE.value, 0),
        pending=balances.get(AccountKind.PENDING.value, 0),
        held=balances.get(AccountKind.HELD.value, 0),
        owed=-balances.get(AccountKind.DEBT.value, 0),
        expiring=points,
        expires_at=expires_at,
    )


def stopped_wallets(customer_ids: Collection[UUID]) -> set[UUID]:
    """Those of the customers from whose wallets nothing may be taken, and whose pending points stay so."""
    stopped = WalletStanding.objects.filter(pk__in=customer_ids).exclude(state_name=WalletState.GOOD.value)
    return set(stopped.values_list("id", flat=True))


def holds(hold_ids: list[UUID]) -> list[HoldView]:
    """Those for orders that exist."""
    return [hold_view(found) for found in db.find(Hold, id=hold_ids) if found.order_id is not None]


def holds_page(after: UUID | None, size: int) -> list[HoldView]:
    """Every hold for an order by id, from `after` on."""
    return [hold_view(found) for found in page_of(Hold, after, size, order_id__isnull=False)]


def no_hold(hold_id: UUID) -> HoldView:
    """One that never was, and will not be."""
    return HoldView(
        id=hold_id, customer_id=PROGRAMME, order_id=PROGRAMME, region="", points=0, state=HoldState.VOIDED
    )


def hold_view(found: Hold) -> HoldView:
    """Of a hold for an order: what is being sent is none of the others' business."""
    return HoldView(
        id=found.id,
        customer_id=found.customer_id,
        order_id=cast("UUID", found.order_id),
        region=found.region,
        points=found.points,
        state=found.state,
        posted=found.posted,
        restored=found.restored,
    )
