"""What of our pages experiments may try on people."""

from __future__ import annotations

from modules.storefront.places import City
from modules.storefront.visitors import Visitor
from tiffin import flags
from tiffin.flags import Seeing, Subject

HOME_ADS = flags.declare(
    "storefront.home_ads", default=5, allowed=tuple(range(9)), says="How many ads stand on the start page."
)


def flags_for(visitor: Visitor, city: City) -> Seeing:
    """As this visitor sees them in that city."""
    return flags.of(Subject(region=city.region, customer_id=visitor.id if visitor.is_known else None))
