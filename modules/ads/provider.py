"""What stands behind the interface `Ads`."""

from __future__ import annotations

from uuid import UUID

from modules.ads import selectors, services
from modules.ads.interface import AdBillView, AdConsent, Ads, CampaignWish, Decision, PageView, Place
from modules.ads.selectors import bills
from modules.ads.services import advertising
from tiffin.interfaces import CommandKey, provides


@provides(Ads)
class AdsProvider(Ads):
    """Each method calls one service or selector."""

    def decide(self, *, view: PageView, places: list[Place]) -> Decision:
        return services.decide(view, places)

    def advertise(self, *, key: CommandKey, wish: CampaignWish) -> UUID:
        return advertising.advertise(wish)

    def mailed(self, *, key: CommandKey, tokens: list[str]) -> None:
        services.record_impressions(tokens, services.MAILED)

    def consent(self, *, customer_id: UUID) -> AdConsent:
        return selectors.consent_of(customer_id)

    def agree(self, *, key: CommandKey, customer_id: UUID, consent: AdConsent) -> None:
        services.agree(customer_id, personal=consent.personal, by_email=consent.by_email)

    def end_emails(self, *, key: CommandKey, customer_id: UUID) -> None:
        services.agree(customer_id, by_email=False)

    def bills(self, *, bill_ids: list[UUID]) -> list[AdBillView]:
        return bills.bills(bill_ids)

    def bills_page(self, *, after: UUID | None = None, size: int = 200) -> list[AdBillView]:
        return bills.bills_page(after, size)
