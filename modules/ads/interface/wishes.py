"""A campaign as somebody else wants it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.ads.interface.kinds import Objective, Placement
from tiffin.dto import DTO
from tiffin.money import Money


class CampaignWish(DTO):
    """What shall be shown for whom: a restaurant that pays `bid` for each click, out of a `budget`; or,
    without a `restaurant_id`, the house, which pays nothing and says where a click leads (`landing`).
    `headlines` and `texts` by language, "" for all others, with the placeholders of creatives."""

    region: str
    advertiser: str
    name: str
    placements: tuple[Placement, ...]
    headlines: dict[str, str]
    texts: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    objective: Objective = Objective.TRAFFIC
    restaurant_id: UUID | None = None
    landing: str = ""
    bid: Money | None = None
    budget: Money | None = None
