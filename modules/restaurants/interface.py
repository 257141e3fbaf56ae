"""What other modules may ask of restaurants: who they are, what they cook, and to take an order."""

from __future__ import annotations

from datetime import datetime
from typing import NewType
from uuid import UUID

from tiffin.dto import DTO
from tiffin.errors import DomainError
from tiffin.interfaces import CommandKey, Interface, OpenEnum, command, query
from tiffin.money import Money

RestaurantId = NewType("RestaurantId", UUID)
ItemId = NewType("ItemId", UUID)
GroupId = NewType("GroupId", UUID)
CategoryId = NewType("CategoryId", UUID)
OrderId = NewType("OrderId", UUID)


# Places ------------------------------------------------------------------------------------------


class Point(DTO):
    """A place on earth, in degrees (WGS 84)."""

    lat: float
    lon: float


Ring = tuple[tuple[float, float], ...]
"""A polygon's outer ring: (longitude, latitude) pairs, in GeoJSON's order; the last may repeat the first."""


# The menu ----------------------------------------------------------------------------------------


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


# Restaurants -------------------------------------------------------------------------------------


class RestaurantFacts(DTO):
    """What somebody must know to sell for a restaurant without asking it.

    `zone` is where it delivers, `opening_hours` an OpenStreetMap opening_hours string read in `time_zone`,
    `paused_until` is set while it takes no orders, `min_order` counts items only, before fees.
    """

    id: RestaurantId
    slug: str
    name: str
    cuisine: str
    region: str
    city: str
    area: str
    point: Point
    zone: Ring
    opening_hours: str
    time_zone: str
    paused_until: datetime | None
    preparation_minutes: int
    min_order: Money
    menu_version: int


class RestaurantView(RestaurantFacts):
    """The facts, and how it stands now. `opens_at` is the next opening when closed, `closes_at` the next
    closing when open (None: never). `picture` is a path on this origin. The last two need a point to look
    from."""

    picture: str
    is_open: bool
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    distance_m: int | None = None
    delivers_here: bool | None = None


class RestaurantProfile(DTO):
    """What a restaurant tells when it joins or changes. `picture` is SVG text."""

    slug: str
    name: str
    cuisine: str
    region: str
    city: str
    area: str
    point: Point
    zone: Ring
    opening_hours: str
    preparation_minutes: int
    min_order: Money
    picture: str


class RestaurantSearch(DTO):
    """What to look for; whatever is left out does not matter. `cursor` comes from the page before."""

    region: str | None = None
    city: str | None = None
    cuisine: str | None = None
    text: str = ""
    point: Point | None = None
    delivering_only: bool = False
    open_only: bool = False
    cursor: str | None = None
    limit: int = 20


class RestaurantPage(DTO):
    restaurants: tuple[RestaurantView, ...]
    next_cursor: str | None = None


# Tickets: an order as its restaurant sees it -----------------------------------------------------


class TicketState(OpenEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    PREPARING = "preparing"
    READY = "ready"
    COLLECTED = "collected"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class RejectReason(OpenEnum):
    TOO_BUSY = "too_busy"
    ITEM_UNAVAILABLE = "item_unavailable"
    CLOSING = "closing"
    OTHER = "other"
    NO_ANSWER = "no_answer"
    UNKNOWN = "unknown"


class TicketLine(DTO):
    """`options` as the kitchen reads them, nested ones after their parent: ("Large", "2 × Cheese")."""

    title: str
    count: int
    options: tuple[str, ...] = ()


class OfferedOrder(DTO):
    """An order for a restaurant to take. `reference` is the short code that people say aloud; unless it
    answers before `accept_by`, the ticket rejects itself. No personal data but what the note says."""

    order_id: OrderId
    restaurant_id: RestaurantId
    reference: str
    lines: tuple[TicketLine, ...]
    placed_at: datetime
    accept_by: datetime
    total: Money
    note: str = ""


class TicketView(DTO):
    order_id: OrderId
    restaurant_id: RestaurantId
    restaurant_name: str
    reference: str
    state: TicketState
    lines: tuple[TicketLine, ...]
    placed_at: datetime
    accept_by: datetime
    total: Money
    note: str = ""
    ready_at: datetime | None = None
    reason: str = ""


class TicketPage(DTO):
    tickets: tuple[TicketView, ...]
    next_cursor: str | None = None


# Refusals ----------------------------------------------------------------------------------------


class RestaurantUnknown(DomainError, code="restaurant_unknown", status=404):
    """There is no such restaurant."""

    detail = "No restaurant is known as {restaurant}."
    restaurant: str


class MenuUnknown(DomainError, code="menu_unknown", status=404):
    """There is no such menu."""

    detail = "Restaurant {restaurant} has not published that version of its menu."
    restaurant: str


class ItemUnknown(DomainError, code="item_unknown", status=404):
    """There is no such item."""

    detail = "The published menu has no item {item}."
    item: str


class MenuRefused(DomainError, code="menu_refused", status=422):
    """The menu cannot be published."""

    detail = "The menu was not published; nothing changed. First problem: {first}"
    first: str
    problems: tuple[str, ...]


class ProfileRefused(DomainError, code="profile_refused", status=422):
    """The restaurant's details cannot be used."""

    detail = "{field}: {problem}"
    field: str
    problem: str


class TicketUnknown(DomainError, code="ticket_unknown", status=404):
    """There is no such order on the counter."""

    detail = "No order {order} was offered to this restaurant."
    order: str


class TicketConflict(DomainError, code="ticket_conflict", status=409):
    """The order has moved on."""

    detail = "The order is {state}; it cannot become {wanted}."
    state: str
    wanted: str


class NotYourRestaurant(DomainError, code="not_your_restaurant", status=403):
    """That restaurant belongs to somebody else."""

    detail = "You may not act for restaurant {restaurant}."
    restaurant: str


class PageUnknown(DomainError, code="page_unknown", status=400):
    """There is no such page."""

    detail = "“{cursor}” does not continue this list; take the cursor from an earlier answer."
    cursor: str


class Restaurants(Interface, module="restaurants", version=1):
    """Restaurants, their menus and what is on their counters."""

    @query(timeout=0.5)
    def get_many(
        self, *, restaurant_ids: list[RestaurantId], point: Point | None = None
    ) -> list[RestaurantView]:
        """In the order asked for, without those that nobody knows."""
        ...

    @query(timeout=0.5)
    def with_slugs(self, *, slugs: list[str]) -> list[RestaurantView]:
        """In the order asked for, without those that nobody knows."""
        ...

    @query(timeout=1.0, errors=(PageUnknown,))
    def search(self, *, search: RestaurantSearch) -> RestaurantPage:
        """Nearest first when a point is given, by name otherwise."""
        ...

    @query(timeout=0.5, errors=(RestaurantUnknown, MenuUnknown))
    def menu(self, *, restaurant_id: RestaurantId, version: int | None = None) -> MenuView:
        """The published menu, or an older version of it."""
        ...

    @query(timeout=0.5, errors=(NotYourRestaurant, PageUnknown))
    def tickets(
        self,
        *,
        restaurant_ids: list[RestaurantId],
        states: list[TicketState] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> TicketPage:
        """What is on these counters, newest first."""
        ...

    @query(timeout=0.5)
    def get_tickets(self, *, order_ids: list[OrderId]) -> list[TicketView]:
        """The tickets of these orders, without those that were never offered."""
        ...

    @command(timeout=2.0, errors=(ProfileRefused,))
    def register(self, *, key: CommandKey, profile: RestaurantProfile) -> RestaurantView:
        """Take a restaurant in, or change the one of that slug."""
        ...

    @command(timeout=10.0, errors=(RestaurantUnknown, MenuRefused, NotYourRestaurant))
    def import_menu(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        document: str,
        pictures: dict[str, str],
        dry_run: bool = False,
    ) -> MenuChanges:
        """Publish an Uber Eats menu v2 document (JSON text). `pictures` maps the relative image_url's in it
        to SVG text. The same document again publishes nothing; `dry_run` only tells what would change."""
        ...

    @command(timeout=2.0, errors=(RestaurantUnknown,))
    def offer_order(self, *, key: CommandKey, order: OfferedOrder) -> TicketView:
        """Put an order on the counter; the answer comes as TicketAccepted or TicketRejected."""
        ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict))
    def withdraw_order(self, *, key: CommandKey, order_id: OrderId, reason: str) -> TicketView:
        """Take an order back. Refused once it is collected; harmless when rejected or withdrawn already."""
        ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant))
    def accept(self, *, key: CommandKey, order_id: OrderId, ready_in_minutes: int) -> TicketView: ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant))
    def reject(self, *, key: CommandKey, order_id: OrderId, reason: RejectReason) -> TicketView: ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant))
    def start_preparing(self, *, key: CommandKey, order_id: OrderId) -> TicketView: ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant))
    def mark_ready(self, *, key: CommandKey, order_id: OrderId) -> TicketView: ...

    @command(timeout=2.0, errors=(RestaurantUnknown, ItemUnknown, NotYourRestaurant))
    def set_availability(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        item_id: ItemId,
        available: bool,
        until: datetime | None = None,
    ) -> None:
        """Say that an item is sold out (until then, or until said otherwise) or to be had again."""
        ...

    @command(timeout=2.0, errors=(RestaurantUnknown, NotYourRestaurant))
    def pause(self, *, key: CommandKey, restaurant_id: RestaurantId, until: datetime) -> RestaurantView:
        """Take no orders until then."""
        ...

    @command(timeout=2.0, errors=(RestaurantUnknown, NotYourRestaurant))
    def resume(self, *, key: CommandKey, restaurant_id: RestaurantId) -> RestaurantView: ...
