"""What lies in the accounts of the ledger, all of a kind together."""

from __future__ import annotations

from uuid import UUID

from tiffin.dto import DTO


class AccountTotal(DTO):
    """The balance of all accounts of a `kind` (`pending`, `available`, `redeemed`, `payable`, …) in points or
    in minor units of `unit`. `region` is empty for what customers have; `party_id` is the charity or the
    campaign."""

    kind: str
    unit: str
    region: str
    balance: int
    party_id: UUID | None = None
