"""What a new version of a menu changes, as the person who imports it wants to read it."""

from __future__ import annotations

import hashlib

import msgspec

from modules.restaurants.interface import Item, ItemId, MenuDocument


class Difference(msgspec.Struct, frozen=True):
    """Titles of items in the order of the menu they are read from."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def between(old: MenuDocument | None, new: MenuDocument) -> Difference:
    """Compare by the items' ids, so that a dish may change its name and stay the same dish."""
    before = _items(old) if old else {}
    after = _items(new)
    return Difference(
        added=tuple(item.title for key, item in after.items() if key not in before),
        removed=tuple(item.title for key, item in before.items() if key not in after),
        changed=tuple(item.title for key, item in after.items() if key in before and before[key] != item),
    )


def hash_of(document: MenuDocument) -> str:
    """SHA-256 of the document: equal menus have equal hashes."""
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()


def _items(document: MenuDocument) -> dict[ItemId, Item]:
    return {item.id: item for category in document.categories for item in category.items}
