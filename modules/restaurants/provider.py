"""What stands behind the interface `Restaurants`."""

from __future__ import annotations

from datetime import datetime

from modules.restaurants import selectors, services
from modules.restaurants.facts import view_of
from modules.restaurants.interface import (
    DelayReason,
    ItemId,
    MenuChanges,
    MenuDifference,
    MenuFormat,
    MenuPreview,
    MenuVersions,
    MenuView,
    OfferedOrder,
    OrderId,
    Point,
    PreviewId,
    RejectReason,
    RestaurantId,
    RestaurantPage,
    RestaurantProfile,
    Restaurants,
    RestaurantSearch,
    RestaurantView,
    RestaurantWorking,
    TicketPage,
    TicketState,
    TicketView,
    Working,
)
from tiffin import clock
from tiffin.interfaces import CommandKey, provides


@provides(Restaurants)
class RestaurantsProvider(Restaurants):
    """Each method calls one service or selector."""

    def get_many(
        self, *, restaurant_ids: list[RestaurantId], point: Point | None = None
    ) -> list[RestaurantView]:
        return selectors.get_many(restaurant_ids, point=point)

    def with_slugs(self, *, slugs: list[str]) -> list[RestaurantView]:
        return selectors.with_slugs(slugs)

    def search(self, *, search: RestaurantSearch) -> RestaurantPage:
        return selectors.search(search, at=clock.now())

    def menu(self, *, restaurant_id: RestaurantId, version: int | None = None) -> MenuView:
        return selectors.menu(restaurant_id, version=version)

    def tickets(
        self,
        *,
        restaurant_ids: list[RestaurantId],
        states: list[TicketState] | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> TicketPage:
        return selectors.tickets(restaurant_ids, states=states or (), cursor=cursor, limit=limit)

    def get_tickets(self, *, order_ids: list[OrderId]) -> list[TicketView]:
        return selectors.get_tickets(order_ids)

    def register(self, *, key: CommandKey, profile: RestaurantProfile) -> RestaurantView:
        return view_of(services.register(profile=profile), at=clock.now())

    def import_menu(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        document: str,
        pictures: dict[str, str],
        dry_run: bool = False,
    ) -> MenuChanges:
        return services.import_menu(
            restaurant_id=restaurant_id, document=document, picture_files=pictures, dry_run=dry_run
        )

    def preview_menu(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        document: str,
        pictures: dict[str, str],
        format: MenuFormat | None = None,
    ) -> MenuPreview:
        return services.preview_menu(
            restaurant_id=restaurant_id, document=document, picture_files=pictures, format=format
        )

    def menu_preview(self, *, restaurant_id: RestaurantId, preview_id: PreviewId) -> MenuPreview:
        return selectors.menu_preview(restaurant_id, preview_id)

    def publish_preview(
        self, *, key: CommandKey, restaurant_id: RestaurantId, preview_id: PreviewId
    ) -> MenuChanges:
        return services.publish_preview(restaurant_id=restaurant_id, preview_id=preview_id)

    def menu_versions(self, *, restaurant_id: RestaurantId, before: int | None = None) -> MenuVersions:
        return selectors.menu_versions(restaurant_id, before=before)

    def menu_difference(self, *, restaurant_id: RestaurantId, before: int, after: int) -> MenuDifference:
        return selectors.menu_difference(restaurant_id, before=before, after=after)

    def publish_version(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        version: int,
        instead_of: int | None = None,
    ) -> MenuChanges:
        return services.publish_version(restaurant_id=restaurant_id, version=version, instead_of=instead_of)

    def offer_order(self, *, key: CommandKey, order: OfferedOrder) -> TicketView:
        return selectors.ticket_answer(services.offer_order(order=order))

    def withdraw_order(self, *, key: CommandKey, order_id: OrderId, reason: str) -> TicketView:
        return selectors.ticket_answer(services.withdraw_order(order_id=order_id, reason=reason))

    def accept(self, *, key: CommandKey, order_id: OrderId, ready_in_minutes: int) -> TicketView:
        return selectors.ticket_answer(services.accept(order_id=order_id, ready_in_minutes=ready_in_minutes))

    def reject(self, *, key: CommandKey, order_id: OrderId, reason: RejectReason) -> TicketView:
        return selectors.ticket_answer(services.reject(order_id=order_id, reason=reason))

    def start_preparing(self, *, key: CommandKey, order_id: OrderId) -> TicketView:
        return selectors.ticket_answer(services.start_preparing(order_id=order_id))

    def mark_ready(self, *, key: CommandKey, order_id: OrderId) -> TicketView:
        return selectors.ticket_answer(services.mark_ready(order_id=order_id))

    def postpone(
        self, *, key: CommandKey, order_id: OrderId, ready_at: datetime, reason: DelayReason
    ) -> TicketView:
        return selectors.ticket_answer(services.postpone(order_id=order_id, ready_at=ready_at, reason=reason))

    def cancel(self, *, key: CommandKey, order_id: OrderId, reason: RejectReason) -> TicketView:
        return selectors.ticket_answer(services.cancel(order_id=order_id, reason=reason))

    def hand_over(self, *, key: CommandKey, order_id: OrderId, age_checked: bool = False) -> TicketView:
        return selectors.ticket_answer(services.hand_over(order_id=order_id, age_checked=age_checked))

    def set_availability(
        self,
        *,
        key: CommandKey,
        restaurant_id: RestaurantId,
        item_id: ItemId,
        available: bool,
        until: datetime | None = None,
    ) -> None:
        services.set_availability(
            restaurant_id=restaurant_id, item_id=item_id, available=available, until=until
        )

    def pause(self, *, key: CommandKey, restaurant_id: RestaurantId, until: datetime) -> RestaurantView:
        return view_of(services.pause(restaurant_id=restaurant_id, until=until), at=clock.now())

    def set_busy(
        self, *, key: CommandKey, restaurant_id: RestaurantId, minutes: int, until: datetime
    ) -> RestaurantView:
        changed = services.set_busy(restaurant_id=restaurant_id, minutes=minutes, until=until)
        return view_of(changed, at=clock.now())

    def set_capacity(
        self, *, key: CommandKey, restaurant_id: RestaurantId, orders_per_slot: int | None
    ) -> RestaurantView:
        changed = services.set_capacity(restaurant_id=restaurant_id, orders_per_slot=orders_per_slot)
        return view_of(changed, at=clock.now())

    def working(self, *, restaurant_ids: list[RestaurantId]) -> list[RestaurantWorking]:
        return selectors.working(restaurant_ids)

    def set_working(self, *, key: CommandKey, restaurant_id: RestaurantId, wanted: Working) -> None:
        services.set_working(restaurant_id=restaurant_id, wanted=wanted)

    def resume(self, *, key: CommandKey, restaurant_id: RestaurantId) -> RestaurantView:
        return view_of(services.resume(restaurant_id=restaurant_id), at=clock.now())
