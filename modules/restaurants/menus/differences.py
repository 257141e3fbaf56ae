"""What one menu does differently from another, thing by thing, for the people who decide whether to publish
it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from modules.restaurants.interface import (
    Category,
    ChangeCounts,
    ChangeKind,
    FieldChange,
    Item,
    MenuChange,
    MenuDifference,
    MenuDocument,
    MenuPart,
    Option,
    OptionGroup,
    Unavailable,
)

MAX_CHANGES = 500

Fields = dict[str, str]
Key = tuple[Any, ...]


class _Thing:
    """A part of a menu as it is compared: what is said of it, the order of what is below it, and where it
    stands. `key` is the path of ids that leads to it."""

    def __init__(self, key: Key, title: str, fields: Fields, below: Iterable[Any] = ()) -> None:
        self.key = key
        self.title = title
        self.fields = fields
        self.below = {each.id: each.title for each in below}
        self.where: list[str] = []

    @property
    def price(self) -> int | None:
        return int(self.fields["price"]) if "price" in self.fields else None


def difference(
    old: MenuDocument | None,
    new: MenuDocument,
    *,
    sold_out: Iterable[Unavailable] = (),
    to_be_sold_out: Iterable[Unavailable] = (),
) -> MenuDifference:
    """Compared by ids, so that a dish may change its name and stay the same dish. `sold_out` is what cannot
    be had now, `to_be_sold_out` what the new document adds to it."""
    now = {each.item_id: _until(each) for each in sold_out}
    then = now | {each.item_id: _until(each) for each in to_be_sold_out}
    before = _Parts(old, now) if old else _Parts(None, {})
    after = _Parts(new, then)
    found = {part: list(_changes(part, before, after)) for part in after.of}
    counts = {part: _count(changes) for part, changes in found.items()}
    return MenuDifference(
        currency=new.currency,
        categories=counts[MenuPart.CATEGORY],
        items=counts[MenuPart.ITEM],
        groups=counts[MenuPart.GROUP],
        options=counts[MenuPart.OPTION],
        changes=tuple(change for changes in found.values() for change in changes)[:MAX_CHANGES],
    )


class _Parts:
    """A menu taken apart."""

    def __init__(self, menu: MenuDocument | None, sold_out: Mapping[Any, str]) -> None:
        self._sold_out = sold_out
        self.of: dict[MenuPart, dict[Key, _Thing]] = {
            part: {} for part in (MenuPart.CATEGORY, MenuPart.ITEM, MenuPart.GROUP, MenuPart.OPTION)
        }
        if menu is None:
            return
        self._put(MenuPart.CATEGORY, _Thing((), "Categories", {}, menu.categories), "")
        for category in menu.categories:
            self._put(MenuPart.CATEGORY, _category(category), "")
            for item in category.items:
                if self._put(MenuPart.ITEM, self._item(item), category.title):
                    self._put_groups((item.id,), item.groups, item.title)

    def __contains__(self, key: Key) -> bool:
        return any(key in things for things in self.of.values())

    def _put(self, part: MenuPart, thing: _Thing, where: str) -> bool:
        """Whether it stands here for the first time."""
        known = self.of[part].setdefault(thing.key, thing)
        if where:
            known.where.append(where)
        return known is thing

    def _put_groups(self, path: Key, groups: Iterable[OptionGroup], dish: str) -> None:
        for group in groups:
            below = (*path, group.id)
            self._put(MenuPart.GROUP, _group(below, group), dish)
            for option in group.options:
                self._put(MenuPart.OPTION, self._option((*below, option.id), option), dish)
                self._put_groups((*below, option.id), option.groups, dish)

    def _item(self, item: Item) -> _Thing:
        fields = {
            "title": item.title,
            "description": item.description,
            "price": str(item.price),
            "tax_category": item.tax_category,
            "picture": item.picture or "",
            "translations": _written(item.titles) + _written(item.descriptions),
            "allergens": ", ".join(item.allergens),
            "code": item.code,
            "sold_out": self._sold_out.get(item.id, ""),
        }
        return _Thing((item.id,), item.title, fields, item.groups)

    def _option(self, key: Key, option: Option) -> _Thing:
        fields = {
            "title": option.title,
            "price": str(option.price),
            "tax_category": option.tax_category,
            "max": _limit(option.max),
            "allergens": ", ".join(option.allergens),
            "code": option.code,
            "sold_out": self._sold_out.get(option.id, ""),
        }
        return _Thing(key, option.title, fields, option.groups)


def _category(category: Category) -> _Thing:
    fields = {"title": category.title, "hours": category.hours}
    return _Thing((category.id,), category.title, fields, category.items)


def _group(key: Key, group: OptionGroup) -> _Thing:
    fields = {
        "title": group.title,
        "min": str(group.min),
        "max": _limit(group.max),
        "free": str(group.free),
    }
    return _Thing(key, group.title, fields, group.options)


def _changes(part: MenuPart, before: _Parts, after: _Parts) -> Iterator[MenuChange]:
    """In the order of the new menu, then what is gone; the same for several dishes once."""
    old, new = before.of[part], after.of[part]
    found: dict[Any, tuple[list[str], MenuChange]] = {}
    for key, thing in new.items():
        if key in old:
            fields = _fields(part, old[key], thing)
            change = MenuChange(kind=ChangeKind.CHANGED, part=part, title=thing.title, fields=fields)
            if fields:
                _merge(found, part, thing, change)
        elif not _comes_with(key, before):
            _merge(found, part, thing, _whole(ChangeKind.ADDED, part, thing))
    for key, thing in old.items():
        if key not in new and not _comes_with(key, after):
            _merge(found, part, thing, _whole(ChangeKind.REMOVED, part, thing))
    for where, change in found.values():
        yield msgspec.structs.replace(change, where=tuple(dict.fromkeys(where)))


def _comes_with(key: Key, others: _Parts) -> bool:
    """Whether the dish, group or option that it belongs to comes or goes too: it is told with that. The list
    of categories comes with the menu."""
    return not key or (len(key) > 1 and key[:-1] not in others)


def _whole(kind: ChangeKind, part: MenuPart, thing: _Thing) -> MenuChange:
    return MenuChange(kind=kind, part=part, title=thing.title, price=thing.price)


def _merge(
    found: dict[Any, tuple[list[str], MenuChange]], part: MenuPart, thing: _Thing, change: MenuChange
) -> None:
    """Dishes share their groups, and so the options in them."""
    shared = thing.key[-2:] if part is MenuPart.OPTION else thing.key[-1:]
    where, _ = found.setdefault((shared, change), ([], change))
    where.extend(thing.where)


def _fields(part: MenuPart, old: _Thing, new: _Thing) -> tuple[FieldChange, ...]:
    fields = [
        FieldChange(field=name, before=old.fields[name], after=says)
        for name, says in new.fields.items()
        if old.fields[name] != says
    ]
    orders = [[id_ for id_ in one.below if id_ in other.below] for one, other in ((old, new), (new, old))]
    if orders[0] != orders[1]:
        before, after = (", ".join(each.below.values()) for each in (old, new))
        fields.append(FieldChange(field="order", before=before, after=after))
    if part is MenuPart.ITEM and set(old.where) != set(new.where):
        fields.append(
            FieldChange(field="categories", before=", ".join(old.where), after=", ".join(new.where))
        )
    return tuple(fields)


def _count(changes: Iterable[MenuChange]) -> ChangeCounts:
    kinds = [change.kind for change in changes]
    return ChangeCounts(
        added=kinds.count(ChangeKind.ADDED),
        removed=kinds.count(ChangeKind.REMOVED),
        changed=kinds.count(ChangeKind.CHANGED),
    )


def _limit(most: int | None) -> str:
    return "" if most is None else str(most)


def _written(texts: Mapping[str, str]) -> str:
    return "".join(f"{language}: {words}\n" for language, words in texts.items())


def _until(unavailable: Unavailable) -> str:
    return unavailable.until.isoformat() if unavailable.until else "until said otherwise"
