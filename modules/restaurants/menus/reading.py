"""A menu document of any known format."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from modules.restaurants.interface import MenuFormat
from modules.restaurants.menus import deliverect, ubereats
from modules.restaurants.menus.documents import Reading, Wanted, decode

_FORMATS: dict[MenuFormat, ModuleType] = {
    MenuFormat.UBER_EATS: ubereats,
    MenuFormat.DELIVERECT: deliverect,
}
_ONLY_UBER = {"items", "modifier_groups"}
_ONLY_DELIVERECT = {"products", "modifierGroups", "channelLinkId", "stores", "callback", "body"}


def read(text: str, wanted: Wanted, format: MenuFormat | None = None) -> Reading:
    """Read a document for one restaurant, checked whole; without a format it is told by what stands in it.

    Raises:
        MenuRefused: with every problem found, up to 50 of them, each with its path in the file.
    """
    raw = decode(text)
    reading: Reading = _FORMATS[_known(format) or format_of(raw)].read(raw, wanted)
    return reading


def picture_paths(text: str) -> list[str]:
    """The pictures in the document that are no web addresses, so files that belong to it. Raises
    MenuRefused."""
    raw = decode(text)
    urls = _FORMATS[format_of(raw)].picture_urls(raw)
    return sorted({url for url in urls if "://" not in url})


def format_of(raw: Any) -> MenuFormat:
    """A list of menus, or an object with what only Deliverect names, is Deliverect's; the rest is Uber's."""
    if isinstance(raw, list) or (not raw.keys() & _ONLY_UBER and raw.keys() & _ONLY_DELIVERECT):
        return MenuFormat.DELIVERECT
    return MenuFormat.UBER_EATS


def _known(format: MenuFormat | None) -> MenuFormat | None:
    return format if format in _FORMATS else None
