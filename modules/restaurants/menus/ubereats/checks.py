"""What the parts of a menu document must be to each other. Shapes are checked before, in `wire`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from modules.restaurants.menus.nesting import nesting_problems
from modules.restaurants.menus.ubereats import wire


def problems_in(document: wire.Document, *, pictures: dict[str, str]) -> list[str]:
    """Every problem, as `path: sentence`, in the order of the file."""
    return list(_problems(document, pictures))


def _problems(document: wire.Document, pictures: dict[str, str]) -> Iterator[str]:
    yield from _duplicates("items", document.items)
    yield from _duplicates("modifier_groups", document.modifier_groups)
    yield from _duplicates("categories", document.categories)
    yield from _duplicates("menus", document.menus)
    references = _References(document)
    for index, item in enumerate(document.items):
        yield from _item_problems(f"items[{index}]", item, references, pictures)
    for index, group in enumerate(document.modifier_groups):
        yield from _group_problems(f"modifier_groups[{index}]", group, references)
    for index, category in enumerate(document.categories):
        yield from _category_problems(f"categories[{index}]", category, references)
    for index, menu in enumerate(document.menus):
        yield from _menu_problems(f"menus[{index}]", menu, references)
    yield from _nesting_problems(document, references)


class _References:
    """What may be pointed at, by id."""

    def __init__(self, document: wire.Document) -> None:
        self.items = {item.id: item for item in document.items}
        self.groups = {group.id: group for group in document.modifier_groups}
        self.categories = {category.id for category in document.categories}


def _duplicates(
    name: str, entities: Iterable[wire.Item | wire.ModifierGroup | wire.Category | wire.Menu]
) -> Iterator[str]:
    seen: dict[str, int] = {}
    for index, entity in enumerate(entities):
        if entity.id in seen:
            yield f"{name}[{index}].id: “{entity.id}” is already {name}[{seen[entity.id]}]"
        seen.setdefault(entity.id, index)


def _title_problems(path: str, text: wire.Text) -> Iterator[str]:
    if not any(value.strip() for value in text.translations.values()):
        yield f"{path}.title.translations: needs a text in at least one language"


def _item_problems(
    path: str, item: wire.Item, references: _References, pictures: dict[str, str]
) -> Iterator[str]:
    yield from _title_problems(path, item.title)
    for index, override in enumerate(item.price_info.overrides or []):
        yield from _context_problems(f"{path}.price_info.overrides[{index}]", override, references)
    rules = item.modifier_group_ids
    for index, group_id in enumerate((rules and rules.ids) or []):
        if group_id not in references.groups:
            yield f"{path}.modifier_group_ids.ids[{index}]: there is no modifier group “{group_id}”"
    if rules and rules.overrides:
        yield f"{path}.modifier_group_ids.overrides: other groups by context are not supported"
    yield from _option_quantity_problems(path, item, references)
    if item.image_url and "://" not in item.image_url and item.image_url not in pictures:
        yield f"{path}.image_url: there is no picture “{item.image_url}” beside the file"


def _context_problems(
    path: str, override: wire.PriceOverride | wire.QuantityOverride, references: _References
) -> Iterator[str]:
    if override.context_type == "MENU":
        yield f"{path}.context_type: MENU is not supported; use MODIFIER_GROUP or ITEM"
    elif override.context_type == "ITEM" and override.context_value not in references.items:
        yield f"{path}.context_value: there is no item “{override.context_value}”"
    elif override.context_type == "MODIFIER_GROUP" and override.context_value not in references.groups:
        yield f"{path}.context_value: there is no modifier group “{override.context_value}”"


def _option_quantity_problems(path: str, item: wire.Item, references: _References) -> Iterator[str]:
    info = item.quantity_info
    if info is None:
        return
    if info.quantity:
        yield from _option_quantity(f"{path}.quantity_info.quantity", info.quantity)
    for index, override in enumerate(info.overrides or []):
        at = f"{path}.quantity_info.overrides[{index}]"
        yield from _context_problems(at, override, references)
        yield from _option_quantity(f"{at}.quantity", override.quantity)


def _option_quantity(path: str, quantity: wire.Quantity) -> Iterator[str]:
    yield from _range_problems(path, quantity)
    if quantity.min_permitted and not quantity.is_min_permitted_optional:
        yield f"{path}.min_permitted: an option that must be chosen is not supported; put it into the group"
    if quantity.charge_above:
        yield f"{path}.charge_above: is supported on modifier groups only"


def _range_problems(path: str, quantity: wire.Quantity) -> Iterator[str]:
    most = quantity.max_permitted
    if most is not None and (quantity.min_permitted or 0) > most:
        yield f"{path}.max_permitted: {most} is less than min_permitted ({quantity.min_permitted})"
    if most is not None and (quantity.charge_above or 0) > most:
        yield f"{path}.charge_above: {quantity.charge_above} is more than max_permitted ({most})"
    if quantity.refund_under:
        yield f"{path}.refund_under: refunds for options not chosen are not supported; only 0 may stand here"
    if quantity.min_permitted_unique is not None or quantity.max_permitted_unique is not None:
        yield f"{path}: min_permitted_unique and max_permitted_unique are not supported"


def _group_problems(path: str, group: wire.ModifierGroup, references: _References) -> Iterator[str]:
    yield from _title_problems(path, group.title)
    seen: set[str] = set()
    for index, option in enumerate(group.modifier_options):
        at = f"{path}.modifier_options[{index}]"
        if option.type != "ITEM":
            yield f"{at}.type: options are items; {option.type} may not stand here"
        elif option.id not in references.items:
            yield f"{at}.id: there is no item “{option.id}”"
        if option.id in seen:
            yield f"{at}.id: “{option.id}” is already an option of this group"
        seen.add(option.id)
    info = group.quantity_info
    if info and info.overrides:
        yield f"{path}.quantity_info.overrides: other quantities by context are not supported for groups"
    if info and info.quantity:
        yield from _range_problems(f"{path}.quantity_info.quantity", info.quantity)
        if info.quantity.min_permitted and not group.modifier_options:
            yield f"{path}.quantity_info.quantity.min_permitted: the group has no options to choose"


def _category_problems(path: str, category: wire.Category, references: _References) -> Iterator[str]:
    yield from _title_problems(path, category.title)
    for index, entity in enumerate(category.entities):
        if entity.type != "ITEM":
            yield f"{path}.entities[{index}].type: categories hold items; {entity.type} may not stand here"
        elif entity.id not in references.items:
            yield f"{path}.entities[{index}].id: there is no item “{entity.id}”"


def _menu_problems(path: str, menu: wire.Menu, references: _References) -> Iterator[str]:
    for index, category_id in enumerate(menu.category_ids):
        if category_id not in references.categories:
            yield f"{path}.category_ids[{index}]: there is no category “{category_id}”"


def _nesting_problems(document: wire.Document, references: _References) -> Iterator[str]:
    def groups_of(item_id: str) -> list[str]:
        item = references.items.get(item_id)
        return (item and item.modifier_group_ids and item.modifier_group_ids.ids) or []

    def options_of(group_id: str) -> list[str]:
        group = references.groups.get(group_id)
        return [option.id for option in group.modifier_options] if group else []

    paths = ((f"items[{index}].modifier_group_ids", item.id) for index, item in enumerate(document.items))
    return nesting_problems(paths, groups_of, options_of)
