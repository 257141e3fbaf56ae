"""From a checked Uber Eats document to ours: references written out, prices and quantities settled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar
from uuid import UUID, uuid5

from modules.restaurants import interface as ours
from modules.restaurants.menus.documents import Wanted, item_id_of
from modules.restaurants.menus.hours import Period, opening_hours
from modules.restaurants.menus.ubereats import wire

Override = TypeVar("Override", wire.PriceOverride, wire.QuantityOverride)

_TAX_CATEGORIES = (
    ({"CAT_ALCOHOL", "CAT_BEER", "CAT_WINE", "CAT_LIQUOR"}, "alcohol"),
    (
        {
            "CAT_SOFT_DRINK", "CAT_JUICE", "CAT_WATER", "CAT_TEA", "CAT_COFFEE",
            "CAT_MILK_COCOA", "CAT_PREPARED_DRINK",
        },
        "drink",
    ),
    ({"CAT_CANDY", "CAT_ICECREAM", "CAT_SNACK"}, "confectionery"),
    ({"TEMP_HEATED"}, "hot_food"),
    ({"TEMP_COLD", "TEMP_UNHEATED"}, "cold_food"),
)  # fmt: skip


class Converter:
    """Writes out one document for one restaurant. The ids are made of the restaurant's and the document's,
    so that the same dish has the same id in every version."""

    def __init__(self, document: wire.Document, wanted: Wanted) -> None:
        self._document = document
        self._wanted = wanted
        self._language = wanted.language
        self._items = {item.id: item for item in document.items}
        self._groups = {group.id: group for group in document.modifier_groups}

    def menu(self) -> ours.MenuDocument:
        """The categories that a menu names, in the order of the menus."""
        categories = {category.id: category for category in self._document.categories}
        named = dict.fromkeys(id_ for menu in self._document.menus for id_ in menu.category_ids)
        return ours.MenuDocument(
            currency=self._wanted.currency,
            language=self._language,
            categories=tuple(self._category(categories[id_]) for id_ in named),
        )

    def _category(self, category: wire.Category) -> ours.Category:
        menus = (menu for menu in self._document.menus if category.id in menu.category_ids)
        return ours.Category(
            id=ours.CategoryId(self._id("category", category.id)),
            title=self._text(category.title),
            hours=opening_hours(period for menu in menus for period in _periods(menu)),
            items=tuple(self._item(self._items[entity.id]) for entity in category.entities),
        )

    def _item(self, item: wire.Item) -> ours.Item:
        return ours.Item(
            id=item_id_of(self._wanted.restaurant_id, item.id),
            title=self._text(item.title),
            titles=self._other_languages(item.title),
            description=self._text(item.description),
            descriptions=self._other_languages(item.description),
            price=item.price_info.price,
            tax_category=tax_category(item),
            picture=self._wanted.pictures.get(item.image_url or "", item.image_url),
            groups=self._groups_of(item),
            code=item.id,
        )

    def _groups_of(self, item: wire.Item) -> tuple[ours.OptionGroup, ...]:
        rules = item.modifier_group_ids
        return tuple(self._group(self._groups[id_], item) for id_ in (rules and rules.ids) or [])

    def _group(self, group: wire.ModifierGroup, parent: wire.Item) -> ours.OptionGroup:
        quantity = (group.quantity_info and group.quantity_info.quantity) or wire.Quantity()
        options = (self._items[entity.id] for entity in group.modifier_options)
        return ours.OptionGroup(
            id=ours.GroupId(self._id("group", group.id)),
            title=self._text(group.title),
            min=quantity.min_permitted or 0,
            max=quantity.max_permitted,
            free=quantity.charge_above or 0,
            options=tuple(self._option(option, group, parent) for option in options),
        )

    def _option(self, item: wire.Item, group: wire.ModifierGroup, parent: wire.Item) -> ours.Option:
        info = item.quantity_info or wire.QuantityRules()
        quantity = in_context(info.overrides or [], group, parent)
        limits = quantity.quantity if quantity else info.quantity
        price = in_context(item.price_info.overrides or [], group, parent)
        return ours.Option(
            id=item_id_of(self._wanted.restaurant_id, item.id),
            title=self._text(item.title),
            price=price.price if price else item.price_info.price,
            tax_category=tax_category(item),
            max=limits.max_permitted if limits else None,
            groups=self._groups_of(item),
            code=item.id,
        )

    def _id(self, kind: str, id_: str) -> UUID:
        return uuid5(self._wanted.restaurant_id, f"{kind}:{id_}")

    def _text(self, text: wire.Text | None) -> str:
        texts = _by_language(text)
        return texts.get(self._language) or texts.get("default") or next(iter(texts.values()), "")

    def _other_languages(self, text: wire.Text | None) -> dict[str, str]:
        own = self._text(text)
        return {
            language: words
            for language, words in sorted(_by_language(text).items())
            if language not in (self._language, "default") and words != own
        }


def in_context(
    overrides: Iterable[Override], group: wire.ModifierGroup, parent: wire.Item
) -> Override | None:
    """What holds for an option in this group of this item: the group's own word before the item's."""
    found = {(override.context_type, override.context_value): override for override in overrides}
    return found.get(("MODIFIER_GROUP", group.id)) or found.get(("ITEM", parent.id))


def _periods(menu: wire.Menu) -> Iterator[Period]:
    for served in menu.service_availability:
        for period in served.time_periods:
            yield served.day_of_week[:2].title(), period.start_time, period.end_time


def tax_category(item: wire.Item) -> str:
    """Our tax category by Uber's tax labels (category and temperature); "food" where there are none.

    The rates in the document are not read: what is charged follows from the region's rules.
    """
    classes = item.dish_info.classifications if item.dish_info else None
    if classes and classes.alcoholic_items:
        return "alcohol"
    labels = set(item.tax_label_info.default_value.labels) if item.tax_label_info else set()
    return next((category for any_of, category in _TAX_CATEGORIES if labels & any_of), "food")


def _by_language(text: wire.Text | None) -> dict[str, str]:
    """By the language alone: "en_us" and "en-GB" are "en"."""
    translations = text.translations if text else {}
    return {
        tag.replace("-", "_").split("_")[0].lower(): words.strip()
        for tag, words in translations.items()
        if words.strip()
    }
