"""A menu as it was published."""

from __future__ import annotations

from datetime import datetime

from modules.restaurants.interface.ids import CategoryId, GroupId, ItemId, PreviewId, RestaurantId
from tiffin.dto import DTO
from tiffin.interfaces import OpenEnum


class Option(DTO):
    """One choice in a group. `price` is what one of it adds, in minor units of the menu's currency.

    `max` is how often it may be chosen (None: as often as the group allows). `id` is an item's id: what is
    sold out as an item is sold out as an option. `code` is what the restaurant's own system calls it.
    """

    id: ItemId
    title: str
    price: int
    tax_category: str
    max: int | None = None
    groups: tuple[OptionGroup, ...] = ()
    code: str = ""
    allergens: tuple[str, ...] = ()


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

    `titles` and `descriptions` hold other languages than the menu's own, by language tag ("en"). `code` is
    what the restaurant's own system calls it; `allergens` what its menu says is in it ("celery"), nothing if
    it says nothing.
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
    code: str = ""
    allergens: tuple[str, ...] = ()


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


class MenuFormat(OpenEnum):
    """Whose document it is; docs/reference/menu-import.md says what is read of each."""

    UBER_EATS = "ubereats_v2"
    DELIVERECT = "deliverect"
    UNKNOWN = "unknown"


class MenuPart(OpenEnum):
    CATEGORY = "category"
    ITEM = "item"
    GROUP = "group"
    OPTION = "option"
    UNKNOWN = "unknown"


class ChangeKind(OpenEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNKNOWN = "unknown"


class FieldChange(DTO):
    """What a field said and what it says: text as it is, `price` in minor units ("1250")."""

    field: str
    before: str
    after: str


class MenuChange(DTO):
    """One thing that another menu does differently. `where` names the categories of an item, and the dishes
    of a group or option; `price` is what is added or removed costs, in minor units."""

    kind: ChangeKind
    part: MenuPart
    title: str
    where: tuple[str, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    price: int | None = None


class ChangeCounts(DTO):
    added: int = 0
    removed: int = 0
    changed: int = 0


class MenuDifference(DTO):
    """What differs between two menus. What comes or goes with its dish is not told by itself; `changes` are
    the first 500, the counts count all. A limit or price that several dishes share is one change."""

    currency: str
    categories: ChangeCounts = ChangeCounts()
    items: ChangeCounts = ChangeCounts()
    groups: ChangeCounts = ChangeCounts()
    options: ChangeCounts = ChangeCounts()
    changes: tuple[MenuChange, ...] = ()


class MenuPreview(DTO):
    """A document that was checked whole and not published yet. `based_on` is the version that it is compared
    to, 0 for none; `published_version` is set once it was published. Of each restaurant the last few are
    kept."""

    id: PreviewId
    restaurant_id: RestaurantId
    based_on: int
    hash: str
    format: MenuFormat
    made_at: datetime
    differs: bool
    difference: MenuDifference
    published_version: int | None = None


class MenuVersionView(DTO):
    """A version without its menu. `source` is the format of its document, or "version 3" for one published
    again."""

    version: int
    hash: str
    published_at: datetime
    source: str


class MenuVersions(DTO):
    """Newest first; the first one is published. `has_more`: there are older ones."""

    versions: tuple[MenuVersionView, ...]
    has_more: bool = False
