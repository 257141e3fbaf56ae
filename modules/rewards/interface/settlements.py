"""What charities are paid for the donations to them."""

from __future__ import annotations

from uuid import UUID

from tiffin.dto import DTO
from tiffin.money import Money

# The word under which payments pays a settlement, under the settlement's id.
SETTLEMENT_PURPOSE = "donations"


class SettlementView(DTO):
    """What a charity gets at once. `asked`: payments may know of its payout; `paid`: the bank has paid it, as
    far as rewards has heard."""

    id: UUID
    region: str
    charity_id: UUID
    amount: Money
    state: str
    asked: bool
    paid: bool
