"""What stands behind the interface `Ads`."""

from __future__ import annotations

from uuid import UUID

from modules.ads import services
from modules.ads.interface import AdBillView, Ads, Decision, PageView, Place
from modules.ads.selectors import bills
from tiffin.interfaces import provides


@provides(Ads)
class AdsProvider(Ads):
    """Each method calls one service or selector."""

    def decide(self, *, view: PageView, places: list[Place]) -> Decision:
        return services.decide(view, places)

    def bills(self, *, bill_ids: list[UUID]) -> list[AdBillView]:
        return bills.bills(bill_ids)

    def bills_page(self, *, after: UUID | None = None, size: int = 200) -> list[AdBillView]:
        return bills.bills_page(after, size)
