"""What stands behind the published interface."""

from __future__ import annotations

from uuid import UUID

from modules.notifications import selectors, services
from modules.notifications.interface import Choices, Notifications, PushSubscription
from tiffin.interfaces import CommandKey, provides


@provides(Notifications)
class NotificationsProvider(Notifications):
    def choices(self, *, customer_id: UUID) -> Choices:
        return selectors.choices_of(customer_id)

    def choose(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        language: str,
        unwanted: tuple[str, ...],
        unwanted_push: tuple[str, ...],
    ) -> None:
        services.prefer(
            customer_id=customer_id, language=language, unwanted=unwanted, unwanted_push=unwanted_push
        )

    def add_browser(
        self, *, key: CommandKey, customer_id: UUID, subscription: PushSubscription, name: str = ""
    ) -> UUID:
        kept = services.add_browser(customer_id=customer_id, subscription=subscription, name=name)
        return kept.id

    def remove_browser(self, *, key: CommandKey, customer_id: UUID, browser_id: UUID) -> None:
        services.remove_browser(customer_id=customer_id, browser_id=browser_id)
