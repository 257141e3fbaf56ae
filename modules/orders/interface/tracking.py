"""When an order arrives, and what it waits for when that is late."""

from __future__ import annotations

from datetime import datetime

from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum


class LateStep(OpenEnum):
    """Which step takes longer than it should."""

    ANSWER = "answer"
    KITCHEN = "kitchen"
    COURIER_SEARCH = "courier_search"
    COLLECTION = "collection"
    WAY = "way"
    UNKNOWN = "unknown"


class LateParty(OpenEnum):
    """Whose step it is."""

    RESTAURANT = "restaurant"
    COURIER = "courier"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


class Late(DTO):
    """`step` should have been over by `since`; `party` is who is at it."""

    step: LateStep
    party: LateParty
    since: datetime


class Tracking(DTO):
    """`promised_from` to `promised_by` was said when the order was placed and never moves; None of orders
    from before there were promises. `eta_from` to `eta_by` is what is expected now, by whole minutes; None
    once the order is over. `behind_minutes` is how far `eta_by` lies after `promised_by`; for a delivered
    order, how much later than that it came."""

    promised_from: datetime | None = None
    promised_by: datetime | None = None
    eta_from: datetime | None = None
    eta_by: datetime | None = None
    behind_minutes: int = 0
    late: Late | None = None
