"""From a Deliverect document to one set of categories and entities, each with the path at which it stands.

The document is a list of menus, the same under "menus" (the asynchronous push, with or without its "body"),
one menu, or a point of sale's product document, whose products and categories are lists that name each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import msgspec

from modules.restaurants.menus.deliverect import wire
from modules.restaurants.menus.documents import UNREADABLE, path_and_sentence, sentence_of

T = TypeVar("T")
_ENTITIES = ("products", "modifiers", "modifier_groups", "bundles")
EATEN_IN = frozenset({3, 4})
"""Menu types for tables and kerbs: nobody orders by them here."""


class Found(msgspec.Struct, Generic[T], frozen=True):
    path: str
    value: T


class Menu(msgspec.Struct):
    """One menu: `entities` by the id by which they name each other, which is the PLU in a product document.
    There the products of a bundle cost nothing unless an overload says so; a menu says what they cost in
    it."""

    availabilities: list[wire.Availability]
    entities: dict[str, Found[wire.Entity]]
    categories: list[Found[wire.Category]]
    snoozes: dict[str, wire.Snooze]
    is_product_document: bool = False


def menus_in(raw: Any, problems: list[str]) -> list[Menu]:
    """All menus that people order by; what cannot be read is told in `problems`."""
    found = [_menu(prefix, menu, problems) for prefix, menu in _menus_of(raw, problems)]
    menus = [menu for menu in found if menu is not None]
    if not menus and not problems:
        problems.append("the file holds no menu for delivery or pickup")
    return menus


def _menus_of(raw: Any, problems: list[str]) -> Iterator[tuple[str, Any]]:
    if isinstance(raw, list):
        yield from ((f"[{index}]", menu) for index, menu in enumerate(raw))
    elif "body" in raw or "menus" in raw:
        name = "body" if "body" in raw else "menus"
        kind: Any = dict[str, msgspec.Raw] if name == "body" else list[msgspec.Raw]
        inner = _decoded(name, raw[name], kind, problems)
        for path, menu in _menus_of(inner, problems) if inner is not None else ():
            yield f"{name}{path if path.startswith('[') else '.' + path}".rstrip("."), menu
    else:
        yield "", msgspec.json.encode(raw)


def _menu(prefix: str, raw: Any, problems: list[str]) -> Menu | None:
    menu = _decoded(prefix, raw, wire.Menu, problems)
    if menu is None or menu.menu_type in EATEN_IN:
        return None
    dot = f"{prefix}." if prefix else ""
    entities: dict[str, Found[wire.Entity]] = {}
    for name in _ENTITIES:
        for path, key, entity in _read(
            f"{dot}{_wire_name(name)}", getattr(menu, name), wire.Entity, problems
        ):
            _keep(entities, key or entity.plu, Found(path, entity), problems)
    if menu.categories is None:
        problems.append(f"{dot}categories: is missing (an empty list is allowed)")
    read = _read(f"{dot}categories", menu.categories, wire.Category, problems)
    categories = [Found(path, category) for path, _, category in read]
    served = _read(f"{dot}availabilities", menu.availabilities, wire.Availability, problems)
    if isinstance(menu.products, list):
        _fill(categories, entities)
    return Menu(
        availabilities=[availability for _, _, availability in served],
        entities=entities,
        categories=categories,
        snoozes=menu.snoozed_products or {},
        is_product_document=isinstance(menu.products, list),
    )


def _keep(
    entities: dict[str, Found[wire.Entity]], key: str, entity: Found[wire.Entity], problems: list[str]
) -> None:
    if key in entities:
        problems.append(f"{entity.path}: “{key}” is already {entities[key].path}")
    entities.setdefault(key, entity)


def _fill(categories: list[Found[wire.Category]], entities: dict[str, Found[wire.Entity]]) -> None:
    """In a product document a product names its categories."""
    for category in categories:
        id_ = category.value.pos_category_id
        category.value.products = [
            key
            for key, entity in entities.items()
            if entity.value.product_type == wire.PRODUCT and id_ in (entity.value.pos_category_ids or ())
        ]


def _read(
    path: str, raw: dict[str, msgspec.Raw] | list[msgspec.Raw] | None, type_: type[T], problems: list[str]
) -> Iterator[tuple[str, str, T]]:
    """Each part that can be read: its path, its key if it has one, and itself."""
    if isinstance(raw, dict):
        parts = [(f"{path}.{key}", key, text) for key, text in raw.items()]
    else:
        parts = [(f"{path}[{index}]", "", text) for index, text in enumerate(raw or ())]
    for at, key, text in parts:
        part = _decoded(at, text, type_, problems)
        if part is not None:
            yield at, key, part


def _decoded(path: str, text: Any, type_: type[T], problems: list[str]) -> T | None:
    try:
        return msgspec.json.decode(text, type=type_)
    except UNREADABLE as error:
        inner, sentence = path_and_sentence(error)
        where = f"{path}{inner}".removeprefix(".")
        problems.append(f"{where}: {sentence}" if where else sentence_of(error))
    except RecursionError:
        problems.append(f"{path}: is nested too deeply")
    return None


def _wire_name(name: str) -> str:
    return "modifierGroups" if name == "modifier_groups" else name
