"""From checked Deliverect menus to ours: references written out, prices and limits settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid5

from modules.restaurants import interface as ours
from modules.restaurants.menus.deliverect import tags, wire
from modules.restaurants.menus.deliverect.document import Menu
from modules.restaurants.menus.deliverect.prices import minor_units_of, price_in
from modules.restaurants.menus.deliverect.snoozes import snooze_end
from modules.restaurants.menus.documents import Wanted, item_id_of
from modules.restaurants.menus.hours import DAYS, opening_hours

_LIMIT = 1
"""How often one option may be chosen where a group does not say (multiMax)."""


class Converter:
    """Writes out all menus of one document as one. The ids are made of the restaurant's and of PLUs, so that
    the same dish has the same id in every version, and whichever format it came in."""

    def __init__(self, menus: Sequence[Menu], wanted: Wanted) -> None:
        self._menus = menus
        self._wanted = wanted

    def menu(self) -> ours.MenuDocument:
        """Categories in the order of the menus; one that stands in two menus is told once."""
        categories = {category.id: category for menu in self._menus for category in self._categories(menu)}
        return ours.MenuDocument(
            currency=self._wanted.currency,
            language=self._wanted.language,
            categories=tuple(categories.values()),
        )

    def unavailable(self) -> tuple[ours.Unavailable, ...]:
        """What is snoozed, once each."""
        found = {
            self._item_id(entity.value): snooze_end(entity.value, menu.snoozes)
            for menu in self._menus
            for entity in menu.entities.values()
            if entity.value.snoozed and entity.value.product_type in (wire.PRODUCT, wire.MODIFIER)
        }
        return tuple(ours.Unavailable(item_id=item_id, until=until) for item_id, until in found.items())

    def _categories(self, menu: Menu) -> Iterator[ours.Category]:
        for each in menu.categories:
            category = each.value
            periods = category.availabilities or menu.availabilities
            ids = category.sub_products or category.products or ()
            yield ours.Category(
                id=ours.CategoryId(self._id("category", category.id or category.pos_category_id or "")),
                title=self._text(category.name, category.name_translations),
                hours=opening_hours((DAYS[p.day_of_week - 1], p.start_time, p.end_time) for p in periods)
                if periods
                else "24/7",
                items=tuple(self._item(menu, entity) for entity in self._shown(menu, ids)),
            )

    def _item(self, menu: Menu, entity: wire.Entity) -> ours.Item:
        return ours.Item(
            id=self._item_id(entity),
            title=self._text(entity.name, entity.name_translations),
            titles=self._others(entity.name, entity.name_translations),
            description=self._text(entity.description or "", entity.description_translations),
            descriptions=self._others(entity.description or "", entity.description_translations),
            price=minor_units_of(price_in(entity, group=None), self._wanted.currency),
            tax_category=tags.tax_category(entity.product_tags),
            picture=self._wanted.pictures.get(entity.image_url or "", entity.image_url) or None,
            groups=tuple(self._groups(menu, entity)),
            code=entity.plu,
            allergens=tags.allergens(entity.product_tags),
        )

    def _groups(self, menu: Menu, entity: wire.Entity) -> Iterator[ours.OptionGroup]:
        """A group that is multiplied is chosen from as often."""
        for id_ in entity.sub_products or ():
            group = menu.entities[id_].value
            for turn in range(max(1, group.multiply) if group.visible else 0):
                yield self._group(menu, group, f"{group.plu or id_}{f'#{turn + 1}' if turn else ''}")

    def _group(self, menu: Menu, group: wire.Entity, name: str) -> ours.OptionGroup:
        return ours.OptionGroup(
            id=ours.GroupId(self._id("group", name)),
            title=self._text(group.name, group.name_translations),
            min=group.min,
            max=group.max or None,
            free=group.max_free or 0,
            options=tuple(
                self._option(menu, entity, group) for entity in self._shown(menu, group.sub_products or ())
            ),
        )

    def _option(self, menu: Menu, entity: wire.Entity, group: wire.Entity) -> ours.Option:
        price = price_in(entity, group=group, bundled_free=menu.is_product_document)
        return ours.Option(
            id=self._item_id(entity),
            title=self._text(entity.name, entity.name_translations),
            price=minor_units_of(price, self._wanted.currency),
            tax_category=tags.tax_category(entity.product_tags),
            max=group.multi_max or _LIMIT,
            groups=tuple(self._groups(menu, entity)),
            code=entity.plu,
            allergens=tags.allergens(entity.product_tags),
        )

    def _shown(self, menu: Menu, ids: Sequence[str]) -> Iterator[wire.Entity]:
        return (menu.entities[id_].value for id_ in ids if menu.entities[id_].value.visible)

    def _item_id(self, entity: wire.Entity) -> ours.ItemId:
        return item_id_of(self._wanted.restaurant_id, entity.plu)

    def _id(self, kind: str, id_: str) -> UUID:
        return uuid5(self._wanted.restaurant_id, f"{kind}:{id_}")

    def _text(self, plain: str, translations: dict[str, str] | None) -> str:
        return _by_language(translations).get(self._wanted.language) or plain.strip()

    def _others(self, plain: str, translations: dict[str, str] | None) -> dict[str, str]:
        own = self._text(plain, translations)
        return {
            language: words
            for language, words in sorted(_by_language(translations).items())
            if language != self._wanted.language and words != own
        }


def _by_language(translations: dict[str, str] | None) -> dict[str, str]:
    """By the language alone: "en_us" and "en-GB" are "en"."""
    return {
        tag.replace("-", "_").split("_")[0].lower(): words.strip()
        for tag, words in (translations or {}).items()
        if words.strip()
    }
