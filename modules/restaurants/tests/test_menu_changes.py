"""Telling versions of a menu apart, whatever the menu."""

from __future__ import annotations

import copy
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from modules.restaurants.interface import ChangeKind, Item, MenuDocument, MenuPart, Option, Unavailable
from modules.restaurants.menus import changes, reading
from modules.restaurants.menus.differences import difference
from modules.restaurants.menus.documents import Wanted
from modules.restaurants.tests.documents import as_text, category, document, group, item, menu

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
    wanted = Wanted(restaurant_id=UUID(int=7), currency="PLN", language="pl", pictures={})
    return reading.read(as_text(made), wanted).menu


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


@given(documents(), documents())
@settings(max_examples=60, deadline=None)
def test_menus_that_differ_say_in_what_and_others_do_not(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = difference(read(old), read(new)), difference(read(new), read(old))

    assert bool(there.changes) == (changes.hash_of(read(old)) != changes.hash_of(read(new)))
    for name in ("categories", "items", "groups", "options"):
        one, other = getattr(there, name), getattr(back, name)
        assert (one.added, one.removed, one.changed) == (other.removed, other.added, other.changed)


def test_a_dish_that_costs_more_says_from_what_to_what() -> None:
    made = document()
    made["items"][2]["price_info"]["price"] = 750
    made["items"][2]["tax_label_info"] = {"default_value": {"labels": ["TEMP_HEATED"]}}

    (change,) = difference(read(document()), read(made)).changes

    assert (change.part, change.title, change.where) == (MenuPart.ITEM, "Sandwich", ("Food",))
    assert [(f.field, f.before, f.after) for f in change.fields] == [
        ("price", "700", "750"),
        ("tax_category", "cold_food", "hot_food"),
    ]


def test_an_option_that_several_dishes_have_changes_once() -> None:
    made = document()
    made["items"][1]["price_info"]["overrides"][0]["price"] = 55

    found = difference(read(document()), read(made))

    (change,) = found.changes
    assert (change.title, change.where) == ("Oat", ("Coffee", "Combo"))
    assert (found.options.changed, found.items.changed) == (1, 0)


def test_what_comes_with_a_dish_is_not_told_by_itself() -> None:
    found = difference(None, read(document()))

    assert {change.part for change in found.changes} == {MenuPart.CATEGORY, MenuPart.ITEM}
    assert (found.categories.added, found.items.added, found.options.added) == (2, 4, 0)


def test_a_new_group_brings_its_options_and_says_so_once() -> None:
    made = document()
    made["modifier_groups"].append(group("size", "oat", min_permitted=1, max_permitted=1))
    made["items"][2]["modifier_group_ids"] = {"ids": ["size"]}

    found = difference(read(document()), read(made))

    assert [(change.kind, change.part, change.where) for change in found.changes] == [
        (ChangeKind.ADDED, MenuPart.GROUP, ("Sandwich",))
    ]


def test_another_order_and_other_hours_are_told() -> None:
    made = document(menus=[menu("food", "drinks", start="11:00")])
    made["categories"][0]["entities"].reverse()

    told = {
        (change.title, field.field)
        for change in difference(read(document()), read(made)).changes
        for field in change.fields
    }

    assert told == {("Categories", "order"), ("Drinks", "hours"), ("Drinks", "order"), ("Food", "hours")}


def test_what_will_be_sold_out_is_told() -> None:
    read_ = read(document())
    stout = read_.categories[0].items[1]
    known, new = Unavailable(item_id=stout.id), Unavailable(item_id=read_.categories[1].items[0].id)

    (change,) = difference(read_, read_, sold_out=[known], to_be_sold_out=[known, new]).changes

    assert (change.title, change.fields[0].field) == ("Sandwich", "sold_out")


def test_a_huge_difference_is_counted_whole_and_told_in_part() -> None:
    many = [f"dish-{number}" for number in range(600)]
    made = document(items=[item(name, 1) for name in many], modifier_groups=[])
    made |= {"categories": [category("all", *many)], "menus": [menu("all")]}

    found = difference(None, read(made))

    assert (found.items.added, len(found.changes)) == (600, 500)
