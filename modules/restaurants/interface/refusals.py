"""What restaurants refuse, and what to do then."""

from __future__ import annotations

from tiffin.errors import DomainError


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


class PreviewUnknown(DomainError, code="preview_unknown", status=404):
    """There is no such preview."""

    detail = "No preview {preview} of this restaurant's menu is kept; send the document again."
    preview: str


class MenuMoved(DomainError, code="menu_moved", status=409):
    """The published menu is another one by now."""

    detail = "Version {published} of the menu is published by now, not {expected}; look at the changes again."
    expected: int
    published: int


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


class DelayRefused(DomainError, code="delay_refused", status=422):
    """The order cannot be promised for that time."""

    detail = "It is promised for {promised}: say a later time, at most {minutes} minutes from now."
    promised: str
    minutes: int


class NotYourRestaurant(DomainError, code="not_your_restaurant", status=403):
    """That restaurant belongs to somebody else."""

    detail = "You may not act for restaurant {restaurant}."
    restaurant: str


class PageUnknown(DomainError, code="page_unknown", status=400):
    """There is no such page."""

    detail = "“{cursor}” does not continue this list; take the cursor from an earlier answer."
    cursor: str


class ConnectionUnknown(DomainError, code="connection_unknown", status=404):
    """There is no such connection."""

    detail = "No connection {connection} belongs to your restaurants."
    connection: str


class ConnectionRefused(DomainError, code="connection_refused", status=422):
    """The connection cannot be had like this."""

    detail = "{field}: {problem}"
    field: str
    problem: str


class AlreadyConnected(DomainError, code="already_connected", status=409):
    """The restaurant has a connection."""

    detail = "Restaurant {restaurant} is in connection {connection} already; change that one."
    restaurant: str
    connection: str


class ConnectionDisabled(DomainError, code="connection_disabled", status=409):
    """Nothing is sent through the connection."""

    detail = "The connection sends nothing: it is disabled or has no address to send to. Change it first."


class DeliveryUnknown(DomainError, code="delivery_unknown", status=404):
    """There is no such message."""

    detail = "Nothing known as {delivery} was told through this connection, or it is no longer kept."
    delivery: str


class DeliverectSignatureInvalid(DomainError, code="deliverect_signature_invalid", status=403):
    """The message is not signed as Deliverect signs."""

    detail = "The header X-Server-Authorization-HMAC-SHA256 is not the signature of this body."


class DeliverectMessageUnreadable(DomainError, code="deliverect_message_unreadable", status=400):
    """The message cannot be read."""

    detail = "{problem}"
    problem: str
