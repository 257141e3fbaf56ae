"""What advertisers owe, and what they were billed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from modules.ads.interface import AdBillView
from modules.ads.models import Bill
from tiffin import db

MOST_BILLS = 200

# What was spent by the day is net of what was given back, whenever that was: a refund after the bill makes
# the next one less.
_OWED = """
WITH spent AS (
    SELECT campaign.advertiser_id, sum(day.spent)::bigint AS micros
    FROM ads_campaignday AS day JOIN ads_campaign AS campaign ON campaign.id = day.campaign_id
    WHERE campaign.region = %(region)s AND day.day < %(month)s GROUP BY 1
), billed AS (
    SELECT advertiser_id, sum(micros)::bigint AS micros, bool_or(month = %(month)s) AS is_done
    FROM ads_bill WHERE region = %(region)s GROUP BY 1
)
SELECT advertiser_id FROM spent LEFT JOIN billed USING (advertiser_id)
WHERE NOT coalesce(billed.is_done, false) AND spent.micros - coalesce(billed.micros, 0) >= %(least)s
ORDER BY advertiser_id
"""
_OWED_BY = """
SELECT coalesce((
        SELECT sum(day.spent) FROM ads_campaignday AS day
        JOIN ads_campaign AS campaign ON campaign.id = day.campaign_id
        WHERE campaign.advertiser_id = %(advertiser)s AND day.day < %(month)s
    ), 0)::bigint
    - coalesce((SELECT sum(micros) FROM ads_bill WHERE advertiser_id = %(advertiser)s), 0)::bigint
"""


def to_bill(region: str, month: date, least: int) -> list[UUID]:
    """Advertisers who are not billed in that month and owe at least so many micros for the days before it."""
    return [id for (id,) in db.select(_OWED, region=region, month=month, least=least)]


def owed_by(advertiser_id: UUID, month: date) -> int:
    """Micros that they owe for the days before the month and no bill asks for; less than nothing where more
    was given back than they spent since."""
    ((micros,),) = db.select(_OWED_BY, advertiser=advertiser_id, month=month)
    owed: int = micros
    return owed


def bills(bill_ids: list[UUID]) -> list[AdBillView]:
    """Those that exist."""
    return [_view(bill) for bill in db.find(Bill, id=bill_ids)]


def bills_page(after: UUID | None, size: int) -> list[AdBillView]:
    """Every bill by id, from `after` on."""
    rows = Bill.objects.order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return [_view(bill) for bill in rows[: min(max(size, 1), MOST_BILLS)]]


def _view(bill: Bill) -> AdBillView:
    return AdBillView(
        id=bill.id,
        region=bill.region,
        advertiser_id=bill.advertiser_id,
        payer_id=bill.payer_id,
        amount=bill.money,
        state=bill.state,
        invoice=bill.invoice,
    )
