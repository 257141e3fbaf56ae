"""What a customer has, and what came and went."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum


class Wallet(DTO):
    """A customer's points. `owed` was taken back after it had been spent and is repaid by what is earned
    next; `expiring` go at `expires_at`, the first that do. `tier` is the code of the region's tier. `usable`
    is false while nothing may be taken."""

    customer_id: UUID
    available: int
    pending: int
    held: int
    owed: int = 0
    expiring: int = 0
    expires_at: datetime | None = None
    tier: str = ""
    usable: bool = True


class HoldState(OpenEnum):
    """Where a hold stands; it ends once."""

    HELD = "held"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class HoldView(DTO):
    """Points that are promised to an order: `posted` of them were spent, of which `restored` came back."""

    id: UUID
    customer_id: UUID
    order_id: UUID
    region: str
    points: int
    state: HoldState
    posted: int = 0
    restored: int = 0
