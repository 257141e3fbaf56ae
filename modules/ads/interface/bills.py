"""What advertisers owe for their ads."""

from __future__ import annotations

from uuid import UUID

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum
from tiffin.money import Money

# The word under which payments collects a bill, under the bill's id.
ADS_PURPOSE = "ads"


class AdBillState(OpenEnum):
    """Where what an advertiser owes stands, as payments tells. FAILED is written off."""

    WANTED = "wanted"
    INVOICED = "invoiced"
    PAID = "paid"
    FAILED = "failed"
    UNKNOWN = "unknown"


class AdBillView(DTO):
    """An advertiser's bill. `payer_id` is the restaurant that it is, or else the advertiser itself. Until
    payments has said so there is no `invoice`."""

    id: UUID
    region: str
    advertiser_id: UUID
    payer_id: UUID
    amount: Money
    state: AdBillState
    invoice: str = ""
