"""Telling versions of a menu apart, whatever the menu."""

from __future__ import annotations

import copy
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.restaurants.interface import Item, MenuDocument, Option
from modules.restaurants.menus import changes, ubereats
from modules.restaurants.tests.documents import as_text, category, group, item, menu

NAMES = tuple(f"dish-{number}" for number in range(8))
TOPPINGS = tuple(f"topping-{number}" for number in range(4))
prices = st.integers(min_value=0, max_value=10_000)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Menus of some dishes, some of them with groups of toppings that cost something else there."""
    dishes = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    toppings = draw(st.lists(st.sampled_from(TOPPINGS), min_size=1, unique=True))
    groups = draw(st.lists(st.sampled_from(("a", "b")), min_size=1, unique=True))
    most = draw(st.integers(min_value=1, max_value=3))
    items = [
        item(name, draw(prices), *draw(st.lists(st.sampled_from(groups), unique=True))) for name in dishes
    ]
    for name in toppings:
        price = draw(prices)
        in_group = {"context_type": "MODIFIER_GROUP", "context_value": draw(st.sampled_from(groups))}
        overrides = draw(st.lists(st.builds(lambda p, g=in_group: {**g, "price": p}, prices), max_size=1))
        items.append(item(name, price, price_info={"price": price, "overrides": overrides}))
    return {
        "items": items,
        "modifier_groups": [group(each, *toppings, min_permitted=0, max_permitted=most) for each in groups],
        "categories": [category("all", *dishes)],
        "menus": [menu("all")],
    }


def read(made: dict[str, Any]) -> MenuDocument:
    return ubereats.parse(
        as_text(made), restaurant_id=UUID(int=7), currency="PLN", language="pl", pictures={}
    )


def write(document: MenuDocument) -> dict[str, Any]:
    """A document that says the same, each option an item of its own."""
    made: dict[str, Any] = {"items": [], "modifier_groups": [], "categories": [], "menus": [menu("all")]}
    known: set[str] = set()

    def put_item(each: Item | Option, price: dict[str, Any]) -> None:
        if each.title in known:
            next(i for i in made["items"] if i["id"] == each.title)["price_info"]["overrides"] += price[
                "overrides"
            ]
            return
        known.add(each.title)
        made["items"].append(
            item(each.title, 0, *(g.title for g in each.groups), price_info=price, title=_as_is(each.title))
        )

    def put_groups(each: Item | Option) -> None:
        for one in each.groups:
            for option in one.options:
                override = {
                    "context_type": "MODIFIER_GROUP",
                    "context_value": one.title,
                    "price": option.price,
                }
                put_item(option, {"price": 0, "overrides": [override]})
            if one.title not in known:
                known.add(one.title)
                made["modifier_groups"].append(
                    group(
                        one.title,
                        *(o.title for o in one.options),
                        min_permitted=one.min,
                        max_permitted=one.max or 0,
                    )
                    | {"title": _as_is(one.title)}
                )

    (only,) = document.categories
    for each in only.items:
        put_item(each, {"price": each.price, "overrides": []})
        put_groups(each)
    made["categories"] = [category("all", *(i.title for i in only.items))]
    return made


def _as_is(words: str) -> dict[str, Any]:
    return {"translations": {"en": words}}


def plain(document: MenuDocument) -> Any:
    """What a menu says, without ids (they are made of the ids in the file)."""

    def of(each: Item | Option) -> Any:
        return (
            each.title,
            each.price,
            [(g.title, g.min, g.max, [of(o) for o in g.options]) for g in each.groups],
        )

    return [(c.title, c.hours, [of(i) for i in c.items]) for c in document.categories]


@given(documents())
@settings(max_examples=60, deadline=None)
def test_nothing_differs_from_itself(made: dict[str, Any]) -> None:
    first, second = read(made), read(copy.deepcopy(made))

    assert changes.hash_of(first) == changes.hash_of(second)
    assert changes.between(first, second) == changes.Difference((), (), ())


@given(documents(), documents())
@settings(max_examples=60, deadline=None)
def test_what_one_way_is_added_is_removed_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    there = changes.between(read(old), read(new))
    back = changes.between(read(new), read(old))

    assert set(there.added) == set(back.removed)
    assert set(there.removed) == set(back.added)
    assert set(there.changed) == set(back.changed)
    assert (changes.hash_of(read(old)) == changes.hash_of(read(new))) >= (old == new)


@given(documents(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_new_price_changes_that_dish_alone(made: dict[str, Any], data: st.DataObject) -> None:
    dishes = [entity["id"] for entity in made["categories"][0]["entities"]]
    dish = data.draw(st.sampled_from(dishes))
    dearer = copy.deepcopy(made)
    next(i for i in dearer["items"] if i["id"] == dish)["price_info"]["price"] += 1

    difference = changes.between(read(made), read(dearer))

    assert difference == changes.Difference((), (), (dish.title(),))


@given(documents())
@settings(max_examples=60, deadline=None)
def test_a_menu_written_out_again_reads_the_same(made: dict[str, Any]) -> None:
    document = read(made)

    assert plain(read(write(document))) == plain(document)
