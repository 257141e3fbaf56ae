"""Points that customers earn, spend, send and give away."""

from __future__ import annotations

from uuid import UUID

from modules.rewards.interface.errors import (
    HoldConflict,
    HoldUnknown,
    InsufficientPoints,
    PointsInvalid,
    TooManyTransfers,
    TooManyWallets,
    TransferDiffers,
    TransferInvalid,
)
from modules.rewards.interface.ledger import Flow, Posting, PostResult, Refused, Transfer
from modules.rewards.interface.totals import AccountTotal
from modules.rewards.interface.wallets import HoldState, HoldView, Wallet
from tiffin.interfaces import CommandKey, Interface, command, query

__all__ = [
    "AccountTotal",
    "Flow",
    "HoldConflict",
    "HoldState",
    "HoldUnknown",
    "HoldView",
    "InsufficientPoints",
    "PointsInvalid",
    "PostResult",
    "Posting",
    "Refused",
    "Rewards",
    "TooManyTransfers",
    "TooManyWallets",
    "Transfer",
    "TransferDiffers",
    "TransferInvalid",
    "Wallet",
]


class Rewards(Interface, module="rewards", version=1):
    """Points that customers earn and spend."""

    @query(timeout=0.3)
    def wallet(self, *, customer_id: UUID) -> Wallet:
        """What the customer has; nothing, when they never had points."""
        ...

    @query(timeout=0.5, errors=(TooManyWallets,))
    def wallets(self, *, customer_ids: list[UUID]) -> list[Wallet]:
        """The same of many, at most 1,000, in the order asked."""
        ...

    @command(timeout=2.0, errors=(InsufficientPoints, PointsInvalid, TransferDiffers, TransferInvalid))
    def hold(
        self, *, key: CommandKey, hold_id: UUID, customer_id: UUID, order_id: UUID, points: int, region: str
    ) -> HoldView:
        """Promise `points` to an order, those that expire first. `hold_id` is the caller's; the hold lapses
        when nobody ends it for as long as the region says."""
        ...

    @command(timeout=2.0, errors=(HoldUnknown, HoldConflict, PointsInvalid))
    def post(self, *, key: CommandKey, hold_id: UUID, points: int) -> HoldView:
        """Spend `points` of what is held; the rest is free again."""
        ...

    @command(timeout=2.0, errors=(HoldUnknown, HoldConflict))
    def void(self, *, key: CommandKey, hold_id: UUID) -> HoldView:
        """Let go of all that is held. A hold that was voided or has lapsed answers as it stands."""
        ...

    @command(timeout=2.0, errors=(HoldUnknown, HoldConflict, PointsInvalid))
    def restore(self, *, key: CommandKey, hold_id: UUID, points: int, reason: str) -> HoldView:
        """Give back `points` of what was spent of the hold: the very lots, with their old expiry, those that
        expire last first."""
        ...

    @query(timeout=0.5)
    def holds(self, *, hold_ids: list[UUID]) -> list[HoldView]:
        """Those of the holds that exist, in no particular order."""
        ...

    @query(timeout=3.0)
    def holds_page(self, *, after: UUID | None = None, size: int = 200) -> list[HoldView]:
        """Every hold by id, at most 200 from `after` on. Empty after the last."""
        ...

    @query(timeout=3.0)
    def totals(self) -> list[AccountTotal]:
        """What lies in all accounts of a kind together; in each unit it is nothing in all."""
        ...

    @command(timeout=5.0, errors=(TooManyTransfers,))
    def post_many(self, *, key: CommandKey, postings: list[Posting]) -> PostResult:
        """Post at most 8,190 transfers, each posting all or none, in one statement. A refused posting stops
        none of the others; posted or refused, asking again under the same transfer ids answers the same."""
        ...
