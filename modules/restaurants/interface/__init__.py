"""What other modules may ask of restaurants: who they are, what they cook, and to take an order."""

from __future__ import annotations

from datetime import datetime

from modules.restaurants.interface.ids import (
    CategoryId,
    GroupId,
    ItemId,
    OrderId,
    PreviewId,
    RestaurantId,
)
from modules.restaurants.interface.menu import (
    Category,
    ChangeCounts,
    ChangeKind,
    FieldChange,
    Item,
    MenuChange,
    MenuChanges,
    MenuDifference,
    MenuDocument,
    MenuFormat,
    MenuPart,
    MenuPreview,
    MenuVersions,
    MenuVersionView,
    MenuView,
    Option,
    OptionGroup,
    Unavailable,
)
from modules.restaurants.interface.refusals import (
    AlreadyConnected,
    ConnectionDisabled,
    ConnectionRefused,
    ConnectionUnknown,
    DelayRefused,
    DeliverectMessageUnreadable,
    DeliverectSignatureInvalid,
    DeliveryUnknown,
    ItemUnknown,
    MenuMoved,
    MenuRefused,
    MenuUnknown,
    NotYourRestaurant,
    PageUnknown,
    PreviewUnknown,
    ProfileRefused,
    RestaurantUnknown,
    TicketConflict,
    TicketUnknown,
)
from modules.restaurants.interface.restaurants import (
    Point,
    RestaurantFacts,
    RestaurantPage,
    RestaurantProfile,
    RestaurantSearch,
    RestaurantView,
    RestaurantWorking,
    Ring,
    Working,
)
from modules.restaurants.interface.tickets import (
    DelayReason,
    OfferedOrder,
    RejectReason,
    TicketChoice,
    TicketKind,
    TicketLine,
    TicketPage,
    TicketState,
    TicketView,
)
from tiffin.interfaces import CommandKey, Interface, command, query

__all__ = [
    "AlreadyConnected",
    "Category",
    "CategoryId",
    "ChangeCounts",
    "ChangeKind",
    "ConnectionDisabled",
    "ConnectionRefused",
    "ConnectionUnknown",
    "DelayReason",
    "DelayRefused",
    "DeliverectMessageUnreadable",
    "DeliverectSignatureInvalid",
    "DeliveryUnknown",
    "FieldChange",
    "GroupId",
    "Item",
    "ItemId",
    "ItemUnknown",
    "MenuChange",
    "MenuChanges",
    "MenuDifference",
    "MenuDocument",
    "MenuFormat",
    "MenuMoved",
    "MenuPart",
    "MenuPreview",
    "MenuRefused",
    "MenuUnknown",
    "MenuVersionView",
    "MenuVersions",
    "MenuView",
    "NotYourRestaurant",
    "OfferedOrder",
    "Option",
    "OptionGroup",
    "OrderId",
    "PageUnknown",
    "Point",
    "PreviewId",
    "PreviewUnknown",
    "ProfileRefused",
    "RejectReason",
    "RestaurantFacts",
    "RestaurantId",
    "RestaurantPage",
    "RestaurantProfile",
    "RestaurantSearch",
    "RestaurantUnknown",
    "RestaurantView",
    "RestaurantWorking",
    "Restaurants",
    "Ring",
    "TicketChoice",
    "TicketConflict",
    "TicketKind",
    "TicketLine",
    "TicketPage",
    "TicketState",
    "TicketUnknown",
    "TicketView",
    "Unavailable",
    "Working",
]


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
        """Publish a menu document (JSON text) in one of the formats. `pictures` maps the relative image_url's
        in it to SVG text. The same document again publishes nothing; `dry_run` only tells what would
        change."""
        ...

    @command(timeout=10.0, errors=(RestaurantUnknown, MenuRefused, NotYourRestaurant))
    def preview_menu(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        document: str,
        pictures: dict[str, str],
        format: MenuFormat | None = None,
    ) -> MenuPreview:
        """Check a document whole and keep it, compared to the published menu. Without a `format` it is told
        by what stands in the document."""
        ...

    @query(timeout=1.0, errors=(PreviewUnknown, NotYourRestaurant))
    def menu_preview(self, *, restaurant_id: RestaurantId, preview_id: PreviewId) -> MenuPreview: ...

    @command(timeout=5.0, errors=(RestaurantUnknown, PreviewUnknown, MenuMoved, NotYourRestaurant))
    def publish_preview(
        self, *, key: CommandKey, restaurant_id: RestaurantId, preview_id: PreviewId
    ) -> MenuChanges:
        """Publish that very preview, unless another menu was published since it was made."""
        ...

    @query(timeout=0.5, errors=(RestaurantUnknown, NotYourRestaurant))
    def menu_versions(self, *, restaurant_id: RestaurantId, before: int | None = None) -> MenuVersions:
        """The versions, newest first, twenty at a time; `before` continues below that version."""
        ...

    @query(timeout=2.0, errors=(RestaurantUnknown, MenuUnknown, NotYourRestaurant))
    def menu_difference(self, *, restaurant_id: RestaurantId, before: int, after: int) -> MenuDifference:
        """What version `after` does differently from version `before`; 0 is no menu at all."""
        ...

    @command(timeout=5.0, errors=(RestaurantUnknown, MenuUnknown, MenuMoved, NotYourRestaurant))
    def publish_version(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        version: int,
        instead_of: int | None = None,
    ) -> MenuChanges:
        """Publish an older version again, as a new one; refused when `instead_of` is not what is
        published."""
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

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant, DelayRefused))
    def postpone(
        self, *, key: CommandKey, order_id: OrderId, ready_at: datetime, reason: DelayReason
    ) -> TicketView:
        """What was accepted is ready later than promised. Reports TicketDelayed."""
        ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant))
    def cancel(self, *, key: CommandKey, order_id: OrderId, reason: RejectReason) -> TicketView:
        """The restaurant cannot finish what it has accepted. Reports TicketWithdrawn."""
        ...

    @command(timeout=2.0, errors=(TicketUnknown, TicketConflict, NotYourRestaurant))
    def hand_over(self, *, key: CommandKey, order_id: OrderId, age_checked: bool = False) -> TicketView:
        """The customer has fetched it; `age_checked` where it has a minimum age.

        What a courier fetches is handed over by the courier's pick-up."""
        ...

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
    def set_busy(
        self, *, key: CommandKey, restaurant_id: RestaurantId, minutes: int, until: datetime
    ) -> RestaurantView:
        """Everything takes so many minutes longer until then; 0: as usual again."""
        ...

    @command(timeout=2.0, errors=(RestaurantUnknown, NotYourRestaurant))
    def set_capacity(
        self, *, key: CommandKey, restaurant_id: RestaurantId, orders_per_slot: int | None
    ) -> RestaurantView:
        """Take so many orders for the same time beforehand, at least one; None: as many as come."""
        ...

    @query(timeout=0.5, errors=(NotYourRestaurant,))
    def working(self, *, restaurant_ids: list[RestaurantId]) -> list[RestaurantWorking]:
        """How these restaurants want to be asked, without those that nobody knows."""
        ...

    @command(timeout=2.0, errors=(RestaurantUnknown, NotYourRestaurant, ProfileRefused))
    def set_working(self, *, key: CommandKey, restaurant_id: RestaurantId, wanted: Working) -> None:
        """Say how it wants to be asked. Refused where the region does not allow it."""
        ...

    @command(timeout=2.0, errors=(RestaurantUnknown, NotYourRestaurant))
    def resume(self, *, key: CommandKey, restaurant_id: RestaurantId) -> RestaurantView: ...
