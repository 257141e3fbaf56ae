"""From the events of other modules to what is told of them. A plain table that one can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from modules.ads.events import AdClicked, AdsShown
from modules.analytics.kinds import PROMOTION_CLICKED, PROMOTION_VIEWED, Tracked
from modules.analytics.tracking import ads, experiments, memberships, orders, points
from modules.experiments.events import ExposureRecorded
from modules.orders.events import OrderCancelled, OrderDelivered, OrderPlaced, OrderRefunded
from modules.rewards.events import TierChanged
from modules.subscriptions.events import MembershipChanged
from tiffin.log import Event, Recorded

TRACKED: dict[type[Event], Callable[[Any, Recorded], Iterable[Tracked]]] = {
    OrderPlaced: orders.placed,
    OrderDelivered: orders.delivered,
    OrderCancelled: orders.cancelled,
    OrderRefunded: orders.refunded,
    MembershipChanged: memberships.changed,
    TierChanged: points.tier_changed,
    AdsShown: lambda event, record: ads.promotions(PROMOTION_VIEWED, record, event, event.ads),
    AdClicked: lambda event, record: ads.promotions(PROMOTION_CLICKED, record, event, [event.ad]),
    ExposureRecorded: experiments.exposed,
}


def track(record: Recorded) -> list[Tracked]:
    """What is to be told of an event: of most one message, of some none or several. Raises KeyError,
    msgspec.ValidationError and whatever else a bad event does."""
    event = record.decode()
    return list(TRACKED[type(event)](event, record))
