"""A menu as orders reads it: indexed by item, with the hours at which each item is served."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours

from modules.restaurants.interface import Item, MenuDocument

ALWAYS = "24/7"


class Menu:
    """One immutable version of a restaurant's menu."""

    def __init__(self, document: MenuDocument) -> None:
        self.currency = document.currency
        self._items: dict[UUID, Item] = {}
        self._hours: dict[UUID, tuple[str, ...]] = {}
        for category in document.categories:
            for item in category.items:
                self._items[item.id] = item
                self._hours[item.id] = (*self._hours.get(item.id, ()), category.hours)

    def item(self, item_id: UUID) -> Item | None:
        return self._items.get(item_id)

    def is_served(self, item_id: UUID, *, at: datetime, zone: str) -> bool:
        """Whether a category that holds the item is served at that moment."""
        return any(is_open(hours, at=at, zone=zone) for hours in self._hours[item_id])


def is_open(hours: str, *, at: datetime, zone: str) -> bool:
    """Whether an OpenStreetMap opening_hours string, read in the time zone, is open at that moment."""
    return hours == ALWAYS or bool(_parsed(hours, zone).is_open(at.astimezone(ZoneInfo(zone))))


def next_opening(hours: str, *, at: datetime, zone: str) -> datetime | None:
    """When it opens next, as the restaurant's clock shows it; None if it never does."""
    parsed, moment = _parsed(hours, zone), at.astimezone(ZoneInfo(zone))
    while (change := parsed.next_change(moment)) is not None:
        if parsed.is_open(change):
            return change
        moment = change
    return None


@lru_cache(maxsize=4096)
def _parsed(hours: str, zone: str) -> OpeningHours:
    return OpeningHours(hours, timezone=ZoneInfo(zone), max_interval_days=366)
