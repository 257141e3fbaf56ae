"""What is told of ads: as Segment's "Promotions" has it (spec/ecommerce/v2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modules.ads.events import AdClicked, AdsShown, ShownAd
from modules.analytics.kinds import Tracked
from modules.analytics.tracking.telling import tell
from tiffin.log import Recorded


def promotions(
    name: str, record: Recorded, event: AdsShown | AdClicked, ads: Iterable[ShownAd]
) -> Iterator[Tracked]:
    """One for each ad that a customer saw. Of strangers nothing is told: nobody has asked them."""
    if event.viewer_id is None or not event.is_customer:
        return
    for ad in ads:
        properties = {
            "promotion_id": str(ad.campaign_id),
            "creative": str(ad.creative_id),
            "position": ad.placement.value,
            "slot": ad.slot,
            "decision_id": str(event.decision_id),
        }
        yield tell(name, record, event.viewer_id, properties, part=f"{ad.placement.value} {ad.slot}")
