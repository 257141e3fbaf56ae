"""What is told of points: the tier that they bring."""

from __future__ import annotations

from collections.abc import Iterator

from modules.analytics.kinds import TIER_CHANGED, Tracked
from modules.analytics.tracking.telling import tell
from modules.rewards.events import TierChanged
from tiffin.log import Recorded


def tier_changed(event: TierChanged, record: Recorded) -> Iterator[Tracked]:
    properties = {"tier": event.tier or None, "before": event.before or None}
    yield tell(TIER_CHANGED, record, event.customer_id, properties)
