"""What partners owe for the points that their campaigns gave."""

from __future__ import annotations

from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

# The word under which payments collects a bill, under the bill's id.
BILL_PURPOSE = "campaign"


class BillState(OpenEnum):
    """Where what a partner owes stands, as payments tells. FAILED is written off."""

    WANTED = "wanted"
    INVOICED = "invoiced"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


class BillView(DTO):
    """A partner's bill for the points of a campaign. Until payments has said so there is no `invoice`."""

    id: UUID
    region: str
    campaign_id: UUID
    partner_id: UUID
    points: int
    amount: Money
    state: BillState
    invoice: str = ""
