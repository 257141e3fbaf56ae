"""Short ways to say what customers ordered and what went back, and to let time pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from modules.rewards.interface import Wallet
from modules.rewards.models import Account, Campaign, CampaignKind, Earning, EarningRefund
from modules.rewards.selectors import wallets
from modules.rewards.services.campaigns import activate_campaign, create_campaign
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.debts import forget_debts, repay_debts
from modules.rewards.services.earning import note_deliveries, reckon_batch
from modules.rewards.services.taking_back import note_refunds, take_back_batch
from modules.rewards.states import AccountKind, EarningState
from tiffin import clock, db, ids

# Past the time for claims and the margin, in every region.
SETTLED = timedelta(days=4)


def delivered(
    customer_id: UUID,
    goods: int,
    *,
    region: str = "gb",
    at: datetime | None = None,
    restaurant: UUID | None = None,
) -> UUID:
    """An order of so many minor units of dishes is at the door; its id."""
    order_id = ids.new_id()
    earning = Earning(
        id=order_id,
        customer_id=customer_id,
        region=region,
        restaurant_id=restaurant or ids.new_id(),
        goods=goods,
        delivered_at=at or clock.now(),
        due_at=clock.now(),
    )
    with db.transaction(owner="rewards"):
        note_deliveries([earning])
    return order_id


def earned(customer_id: UUID, goods: int, **more: Any) -> UUID:
    """So many minor units of dishes came, and their points are pending."""
    order_id = delivered(customer_id, goods, **more)
    reckon_batch()
    return order_id


def confirmed(customer_id: UUID, goods: int, **more: Any) -> UUID:
    """The order is long past its claims."""
    order_id = earned(customer_id, goods, **more)
    with clock.shift(SETTLED):
        confirm_batch()
    return order_id


def refunded(order_id: UUID, goods: int, *, refund_id: UUID | None = None) -> EarningRefund:
    """So much of the dishes went back, and what they had earned."""
    refund = EarningRefund(id=refund_id or ids.new_id(), earning_id=order_id, goods=goods)
    with db.transaction(owner="rewards"):
        note_refunds([refund])
    take_back_batch()
    return EarningRefund.objects.filter(pk=refund.id).first() or refund


def debts_looked_at() -> None:
    repay_debts()
    forget_debts()


def wallet(customer_id: UUID) -> Wallet:
    return wallets([customer_id])[0]


def points_of(order_id: UUID) -> Sequence[int]:
    """Earned, and taken back."""
    earning = Earning.objects.get(pk=order_id)
    return earning.points, earning.taken_back


def campaign(kind: CampaignKind = CampaignKind.BONUS, **terms: Any) -> Campaign:
    """One that is in force from an hour ago to a week hence."""
    made = create_campaign(
        Campaign(
            title=terms.pop("title", "Summer"),
            kind=kind.value,
            region=terms.pop("region", "gb"),
            starts_at=clock.now() - timedelta(hours=1),
            ends_at=clock.now() + timedelta(days=7),
            **terms,
        )
    )
    activate_campaign(campaign_id=made.id)
    return made


def balance(kind: AccountKind, owner: UUID | None = None) -> int:
    """What lies in all accounts of the kind, or in those of the owner."""
    rows = Account.objects.filter(kind=kind.value)
    return sum(row.balance for row in (rows.filter(owner=owner) if owner else rows))


def state_of(order_id: UUID) -> EarningState:
    state: EarningState = Earning.objects.get(pk=order_id).state
    return state
