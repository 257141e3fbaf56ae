"""What is sold out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from modules.restaurants.events import AvailabilityChanged
from modules.restaurants.facts import document_of
from modules.restaurants.interface import Item, ItemUnknown, MenuDocument, Option, OptionGroup
from modules.restaurants.models import ItemUnavailable, Restaurant
from modules.restaurants.selectors import require_own
from modules.restaurants.services.profiles import lock
from tiffin import db
from tiffin.log import publish


def set_availability(
    *, restaurant_id: UUID, item_id: UUID, available: bool, until: datetime | None = None
) -> None:
    """An item, wherever it stands as dish or option, is sold out or to be had again.

    `until` says when a sold-out item comes back by itself. Saying the same again changes nothing.

    Raises:
        RestaurantUnknown, NotYourRestaurant
        ItemUnknown: the published menu has no such item or option.
    """
    require_own(restaurant_id)
    with db.transaction():
        restaurant = lock(restaurant_id)
        _check_known(restaurant, item_id)
        if available:
            _take_back(restaurant, item_id)
        else:
            sell_out(restaurant, item_id, until)


@db.transaction_required
def sell_out(restaurant: Restaurant, item_id: UUID, until: datetime | None) -> None:
    """It cannot be had until then; of a restaurant that is locked, and an item that is on its menu."""
    known = ItemUnavailable.objects.filter(restaurant=restaurant, item_id=item_id).first()
    if known is not None and known.until == until:
        return
    ItemUnavailable.objects.update_or_create(
        restaurant=restaurant, item_id=item_id, defaults={"until": until}
    )
    _tell(restaurant, item_id, available=False, until=until)


def _take_back(restaurant: Restaurant, item_id: UUID) -> None:
    deleted, _ = ItemUnavailable.objects.filter(restaurant=restaurant, item_id=item_id).delete()
    if deleted:
        _tell(restaurant, item_id, available=True, until=None)


def _tell(restaurant: Restaurant, item_id: UUID, *, available: bool, until: datetime | None) -> None:
    publish(
        restaurant,
        AvailabilityChanged(restaurant_id=restaurant.id, item_id=item_id, available=available, until=until),
    )


def _check_known(restaurant: Restaurant, item_id: UUID) -> None:
    menu = restaurant.menus.first()
    if menu is None or item_id not in _ids(document_of(menu)):
        raise ItemUnknown(item=str(item_id))


def _ids(document: MenuDocument) -> set[UUID]:
    return {id_ for category in document.categories for item in category.items for id_ in _ids_below(item)}


def _ids_below(item: Item | Option) -> Iterator[UUID]:
    yield item.id
    for group in item.groups:
        yield from _ids_in(group)


def _ids_in(group: OptionGroup) -> Iterator[UUID]:
    for option in group.options:
        yield from _ids_below(option)
