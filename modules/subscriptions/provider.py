"""What stands behind the interface `Subscriptions`."""

from __future__ import annotations

from modules.subscriptions import selectors
from modules.subscriptions.interface import PlanView, Subscriptions
from tiffin.interfaces import provides


@provides(Subscriptions)
class SubscriptionsProvider(Subscriptions):
    """Each method calls one service or selector."""

    def plans(self, *, region: str) -> list[PlanView]:
        return selectors.plans(region)
