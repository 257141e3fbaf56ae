"""What an entity costs where it stands."""

from __future__ import annotations

from modules.restaurants.menus.deliverect import wire
from tiffin.money import minor_units

_PLACES = 2
"""Deliverect's integers have two decimal places ("5 euros is stored as 500")."""


class PriceUnknown(ValueError):
    """The price is no amount of that currency; the message says why."""


def minor_units_of(hundredths: int, currency: str) -> int:
    """Raises PriceUnknown for a fraction of what the currency can divide."""
    places = minor_units(currency)
    if places >= _PLACES:
        return hundredths * int(10 ** (places - _PLACES))
    whole, rest = divmod(hundredths, int(10 ** (_PLACES - places)))
    if rest:
        raise PriceUnknown(f"{hundredths} hundredths are no amount of {currency}")
    return whole


def price_in(entity: wire.Entity, *, group: wire.Entity | None, bundled_free: bool = False) -> int:
    """In hundredths: what an overload says for this group, or else what the entity itself says."""
    if group is None:
        return entity.price
    is_bundle = group.product_type == wire.BUNDLE
    for overload in entity.overloads or ():
        special = overload.bundle_price if is_bundle else overload.price
        if special is not None and group.plu and group.plu in overload.scopes:
            return special
    return 0 if is_bundle and bundled_free else entity.price
