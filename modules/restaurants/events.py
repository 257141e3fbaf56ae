"""What restaurants tell the others. Enough to price and check an order without asking back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from modules.restaurants.interface import (
    DelayReason,
    MenuDocument,
    RejectReason,
    RestaurantFacts,
    TicketState,
)
from tiffin.log import Event


class RestaurantPublished(Event, wire="restaurants.restaurant_published.v1"):
    """A restaurant has its first menu and may be sold for from now on."""

    restaurant: RestaurantFacts


class RestaurantChanged(Event, wire="restaurants.restaurant_changed.v1"):
    """Anything in the facts changed: hours, zone, a pause, a new menu version. Replaces what was known."""

    restaurant: RestaurantFacts


class MenuPublished(Event, wire="restaurants.menu_published.v1"):
    """A new version, whole. Comes before the RestaurantPublished or RestaurantChanged that names it."""

    restaurant_id: UUID
    version: int
    hash: str
    document: MenuDocument


class AvailabilityChanged(Event, wire="restaurants.availability_changed.v1"):
    """An item or option is sold out (`until` None: until said otherwise) or to be had again."""

    restaurant_id: UUID
    item_id: UUID
    available: bool
    until: datetime | None = None


class TicketOffered(Event, wire="restaurants.ticket_offered.v1"):
    """The order lies on the restaurant's counter."""

    order_id: UUID
    restaurant_id: UUID
    accept_by: datetime


class TicketAccepted(Event, wire="restaurants.ticket_accepted.v1"):
    """The restaurant cooks it; ready at `ready_at`."""

    order_id: UUID
    restaurant_id: UUID
    ready_in_minutes: int
    ready_at: datetime


class TicketDelayed(Event, wire="restaurants.ticket_delayed.v1"):
    """What was accepted is ready at `ready_at` only, `minutes` later than was promised last."""

    order_id: UUID
    restaurant_id: UUID
    ready_at: datetime
    minutes: int
    reason: DelayReason


class TicketRejected(Event, wire="restaurants.ticket_rejected.v1"):
    """The restaurant does not cook it, or never answered (`RejectReason.NO_ANSWER`)."""

    order_id: UUID
    restaurant_id: UUID
    reason: RejectReason


class TicketPreparing(Event, wire="restaurants.ticket_preparing.v1"):
    order_id: UUID
    restaurant_id: UUID


class TicketReady(Event, wire="restaurants.ticket_ready.v1"):
    order_id: UUID
    restaurant_id: UUID


class TicketCollected(Event, wire="restaurants.ticket_collected.v1"):
    """The courier has it."""

    order_id: UUID
    restaurant_id: UUID


class TicketWithdrawn(Event, wire="restaurants.ticket_withdrawn.v1"):
    """The order was taken back, or forgotten by everybody."""

    order_id: UUID
    restaurant_id: UUID
    reason: str


class TicketLate(Event, wire="restaurants.ticket_late.v1"):
    """Nothing has happened for too long in a state that is not final."""

    order_id: UUID
    restaurant_id: UUID
    state: TicketState
    since: datetime


class VendorDisconnected(Event, wire="restaurants.vendor_disconnected.v1"):
    """Nothing is sent to a vendor's system any more: its address failed since then, or it said that it wants
    nothing. Its orders are on the tablets; its owner must be told."""

    connection_id: UUID
    restaurant_ids: tuple[UUID, ...]
    because: str
    failing_since: datetime | None = None
