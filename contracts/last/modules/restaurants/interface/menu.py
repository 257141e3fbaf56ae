"""A menu as it was published."""

from __future__ import annotations

from datetime import datetime

from modules.restaurants.interface.ids import CategoryId, GroupId, ItemId, RestaurantId
from tiffin.dto import DTO


class Option(DTO):
    """One choice in a group. `price` is what one of it adds, in minor units of the menu's currency.

    `max` is how often it may be chosen (None: as often as the group allows). `id` is an item's id: what is
    sold out as an item is sold out as an option.
    """

    id: ItemId
    title: str
    price: int
    tax_category: str
    max: int | None = None
    groups: tuple[OptionGroup, ...] = ()


class OptionGroup(DTO):
    """A choice that goes with an item: at least `min` and at most `max` (None: no limit) of its options,
    counted with their quantities; the first `free` of them cost nothing."""

    id: GroupId
    title: str
    options: tuple[Option, ...]
    min: int = 0
    max: int | None = None
    free: int = 0


class Item(DTO):
    """A dish. `price` in minor units of the menu's currency; `picture` is a URL or a path on this origin.

    `titles` and `descriptions` hold other languages than the menu's own, by language tag ("en").
    """

    id: ItemId
    title: str
    price: int
    tax_category: str
    description: str = ""
    picture: str | None = None
    groups: tuple[OptionGroup, ...] = ()
    titles: dict[str, str] = {}
    descriptions: dict[str, str] = {}


class Category(DTO):
    """A part of the menu. `hours` is an OpenStreetMap opening_hours string: when it is served."""

    id: CategoryId
    title: str
    items: tuple[Item, ...]
    hours: str = "24/7"


class MenuDocument(DTO):
    """A whole menu as it was published; it never changes afterwards. An item may stand in two categories."""

    currency: str
    language: str
    categories: tuple[Category, ...]


class Unavailable(DTO):
    """An item or option that cannot be had now; `until` None: until somebody says otherwise."""

    item_id: ItemId
    until: datetime | None = None


class MenuView(DTO):
    restaurant_id: RestaurantId
    version: int
    hash: str
    published_at: datetime
    document: MenuDocument
    unavailable: tuple[Unavailable, ...] = ()


class MenuChanges(DTO):
    """What an import changed: titles of the items, in the order of the menu. `differs` also counts what is no
    item's: categories, their order and hours. `version` is the one that is published now."""

    version: int
    published: bool
    differs: bool
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
