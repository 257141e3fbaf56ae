"""Which charities there are, as staff say, or whoever brings many."""

from __future__ import annotations

from modules.rewards.interface import Charity as CharityView
from modules.rewards.models import Charity, SettlesBy
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


def introduce_charity(said: CharityView) -> Charity:
    """Add one that is settled with by bank transfer, or change what one is called and does. Raises
    UnknownRegion."""
    known: Charity | None = Charity.objects.filter(pk=said.id).first()
    charity = known or Charity(id=said.id, region=said.region, settles_by=SettlesBy.BANK_TRANSFER.value)
    charity.name, charity.about, charity.site = said.name, said.about, said.site
    keep_charity(charity)
    return charity
