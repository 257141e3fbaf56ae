"""What must hold between ads and payments: advertisers' bills are what is collected of them."""

from __future__ import annotations

from uuid import UUID

from config.audit_of_bills import Billed, Biller, are_billed, are_collected
from modules.ads.interface import ADS_PURPOSE, Ads
from tiffin.audit import Inspection
from tiffin.interfaces import call


def _page(after: UUID | None) -> list[Billed]:
    return [
        Billed(bill.id, bill.amount, bill.region, bill.payer_id, bill.state.value, bill.invoice)
        for bill in call(Ads).bills_page(after=after)
    ]


def _known(ids: list[UUID]) -> list[UUID]:
    return [bill.id for bill in call(Ads).bills(bill_ids=ids)]


_ADS = Biller(ADS_PURPOSE, "ads", _page, _known)


def ad_bills_are_collected(inspection: Inspection) -> None:
    """Of advertisers; counts their bills."""
    are_collected(inspection, _ADS)


def collections_have_ad_bills(inspection: Inspection) -> None:
    """Counts collections for ads."""
    are_billed(inspection, _ADS)
