"""What campaigns owe for the points that they gave."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from modules.payments.interface import PartyKind, Payer
from modules.rewards.interface import BillView
from modules.rewards.models import Campaign, PartnerBill
from modules.rewards.selectors.paging import page_of
from tiffin import db

# Below nothing is owed; above it, more was billed than was kept in the end, and the next bill is less.
_OWED = """
SELECT owner, -sum(balance)::bigint FROM rewards_account WHERE kind = 'funding' AND region = %s
GROUP BY owner HAVING sum(balance) < 0 ORDER BY owner
"""


class Owed(NamedTuple):
    """So many points of a campaign, and who pays for them."""

    campaign_id: UUID
    points: int
    partner: Payer


def owed_by_campaigns(region: str) -> list[Owed]:
    """Every campaign of the region whose partner owes something."""
    found = dict(db.select(_OWED, region))
    campaigns = Campaign.objects.in_bulk(list(found))
    return [
        Owed(campaign_id, points, partner_of(campaign_id, campaigns.get(campaign_id)))
        for campaign_id, points in found.items()
    ]


def partner_of(campaign_id: UUID, campaign: Campaign | None) -> Payer:
    """The restaurant of which the campaign is, or else its partner, who has no id but the campaign's."""
    if campaign is None:
        return Payer(kind=PartyKind.PARTNER, id=campaign_id, name="")
    name = campaign.partner or campaign.title
    if campaign.restaurant_id is not None:
        return Payer(kind=PartyKind.RESTAURANT, id=campaign.restaurant_id, name=name)
    return Payer(kind=PartyKind.PARTNER, id=campaign_id, name=name)


def bills(bill_ids: list[UUID]) -> list[BillView]:
    """Those that exist."""
    return [_bill_view(bill) for bill in db.find(PartnerBill, id=bill_ids)]


def bills_page(after: UUID | None, size: int) -> list[BillView]:
    """Every bill by id, from `after` on."""
    return [_bill_view(bill) for bill in page_of(PartnerBill, after, size)]


def _bill_view(bill: PartnerBill) -> BillView:
    return BillView(
        id=bill.id,
        region=bill.region,
        campaign_id=bill.campaign_id,
        partner_id=bill.partner_id,
        points=bill.points,
        amount=bill.money,
        state=bill.state,
        invoice=bill.invoice,
    )
