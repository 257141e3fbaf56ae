"""What is told to whoever counts: a message that belongs to no wire yet, and the names of what happened.

Where Segment's specifications have a name, it is that one: "V2 Ecommerce Events"
(segment.com/docs/connections/spec/ecommerce/v2) and "A/B Testing" (…/spec/ab-testing). The others follow its
rule for names of one's own: an object and a verb in the past tense (…/spec/best-practices-event-calls).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tiffin.dto import DTO

ORDER_COMPLETED = "Order Completed"
ORDER_DELIVERED = "Order Delivered"
ORDER_CANCELLED = "Order Cancelled"
ORDER_REFUNDED = "Order Refunded"
PROMOTION_VIEWED = "Promotion Viewed"
PROMOTION_CLICKED = "Promotion Clicked"
EXPERIMENT_VIEWED = "Experiment Viewed"
TIER_CHANGED = "Tier Changed"


class Tracked(DTO):
    """One thing that happened to a customer. `message_id` is always the same for the same thing, so that
    whoever hears of it twice counts it once. `properties` hold ids and facts, never who somebody is; amounts
    are Decimal, in the currency's main unit."""

    message_id: UUID
    customer_id: UUID
    name: str
    at: datetime
    properties: Mapping[str, Any]
