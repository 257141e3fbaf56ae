"""What stands behind the interface `Analytics`."""

from __future__ import annotations

from uuid import UUID

from modules.analytics import selectors, services
from modules.analytics.interface import Analytics, Consent
from tiffin.interfaces import CommandKey, provides


@provides(Analytics)
class AnalyticsProvider(Analytics):
    """Each method calls one service or selector."""

    def consent(self, *, customer_id: UUID) -> Consent:
        return selectors.consent_of(customer_id)

    def agree(self, *, key: CommandKey, customer_id: UUID, agreed: bool) -> None:
        services.agree(customer_id=customer_id, agreed=agreed)
