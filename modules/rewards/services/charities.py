"""Which charities there are, as staff say."""

from __future__ import annotations

from modules.rewards.models import Charity
from tiffin import db, regions


def keep_charity(charity: Charity) -> None:
    """Add one, which gets its region's currency, or change what is said of it. Raises UnknownRegion."""
    with db.transaction():
        if charity._state.adding:
            charity.currency = regions.get(charity.region).currency
            charity.save(force_insert=True)
        else:
            said = ("name", "about", "site", "active", "settles_by", "organisation", "payee_reference")
            charity.save(update_fields=said)
