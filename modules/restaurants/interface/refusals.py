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


class NotYourRestaurant(DomainError, code="not_your_restaurant", status=403):
    """That restaurant belongs to somebody else."""

    detail = "You may not act for restaurant {restaurant}."
    restaurant: str


class PageUnknown(DomainError, code="page_unknown", status=400):
    """There is no such page."""

    detail = "“{cursor}” does not continue this list; take the cursor from an earlier answer."
    cursor: str
