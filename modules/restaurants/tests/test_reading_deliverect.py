"""Reading Deliverect's menus and product documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from modules.restaurants.interface import Item, MenuFormat, MenuRefused, Option
from modules.restaurants.menus.documents import Reading, Wanted
from modules.restaurants.menus.reading import read
from modules.restaurants.tests.deliverect_documents import entity, keyed, menu, product_document, pushed
from modules.restaurants.tests.documents import as_text, document

RESTAURANT = UUID("0197c000-0000-7000-8000-000000000001")
EN = Wanted(restaurant_id=RESTAURANT, currency="GBP", language="en", pictures={})


def dishes(reading: Reading) -> dict[str, Item]:
    return {item.code: item for category in reading.menu.categories for item in category.items}


def problems(made: str, wanted: Wanted = EN) -> tuple[str, ...]:
    with pytest.raises(MenuRefused) as refusal:
        read(made, wanted)
    return refusal.value.data.problems


def test_products_stand_in_their_categories_with_plu_price_and_texts() -> None:
    mains, drinks = read(pushed(), EN).menu.categories

    assert [(item.code, item.price) for item in mains.items] == [
        ("STK-01", 1900), ("P-SATE", 800), ("DEAL-01", 1200),
    ]  # fmt: skip
    assert (mains.title, mains.items[0].title) == ("Main dishes", "Steak frites")
    assert mains.items[0].titles == {"ar": "شريحة لحم"}
    assert [item.title for item in drinks.items] == ["Cola"]


def test_hours_are_the_menus_unless_the_category_has_its_own() -> None:
    mains, drinks = read(pushed(), EN).menu.categories

    assert (mains.hours, drinks.hours) == ("Mo,Tu,We,Th,Fr,Sa,Su 09:00-22:00", "Sa 18:00-24:00")
    assert read(pushed(menu(availabilities=[])), EN).menu.categories[0].hours == "24/7"


def test_groups_say_how_many_and_how_often() -> None:
    cooking, side = dishes(read(pushed(), EN))["STK-01"].groups

    assert (cooking.min, cooking.max, cooking.options[0].max) == (1, 1, 1)
    assert (side.min, side.max, side.free, side.options[0].max) == (0, None, 1, 3)
    assert side.options[0].price == 200


def test_modifiers_have_groups_of_their_own() -> None:
    (rice,) = dishes(read(pushed(), EN))["P-SATE"].groups

    (white_rice,) = rice.options
    assert (white_rice.price, white_rice.groups[0].options[0].code) == (450, "SAUCE-01")


def test_what_is_in_a_meal_deal_costs_what_its_menu_says() -> None:
    (drink,) = dishes(read(pushed(), EN))["DEAL-01"].groups

    assert [(option.code, option.price) for option in drink.options] == [("DRNK-01#D1#", 0)]


def test_an_overload_is_the_price_in_a_group() -> None:
    made = menu()
    made["modifiers"]["m3"]["overloads"] = [
        {"scopes": ["OTHER"], "price": 1},
        {"scopes": ["MOD-02"], "price": 120},
    ]

    assert dishes(read(pushed(made), EN))["STK-01"].groups[1].options[0].price == 120


def test_tags_say_allergens_and_tax_category() -> None:
    found = dishes(read(pushed(), EN))

    assert (found["STK-01"].allergens, found["STK-01"].tax_category) == (("gluten", "mustard"), "food")
    assert (found["DRNK-01"].allergens, found["DRNK-01"].tax_category) == ((), "drink")
    assert found["STK-01"].groups[1].options[0].allergens == ("soya",)


def test_what_is_snoozed_is_told_until_when() -> None:
    made = menu(snoozedProducts={"s1": {"plu": "STK-01", "snoozeEnd": "2026-12-18 15:48:42.367000"}})
    made["products"]["p1"] |= {"snoozed": True, "snoozeId": "s1"}
    made["modifiers"]["m5"] |= {"snoozed": True}

    reading = read(pushed(made), EN)

    until = {each.item_id: each.until for each in reading.unavailable}
    sauce: Option = dishes(reading)["P-SATE"].groups[0].options[0].groups[0].options[0]
    assert until == {
        dishes(reading)["STK-01"].id: datetime(2026, 12, 18, 15, 48, 42, 367000, tzinfo=UTC),
        sauce.id: None,
    }


def test_a_dish_has_the_same_id_whichever_format_it_comes_in() -> None:
    made = document()
    made["items"][0]["id"] = "STK-01"
    made["categories"][0]["entities"][0]["id"] = "STK-01"
    made["modifier_groups"][1]["modifier_options"][0]["id"] = "STK-01"

    theirs = dishes(read(as_text(made), EN))["STK-01"]

    assert theirs.id == dishes(read(pushed(), EN))["STK-01"].id


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (pushed(), "[0].products.p1"),
        (json.dumps(menu()), "products.p1"),
        (json.dumps({"menus": [menu()], "stores": [], "callback": "x"}), "menus[0].products.p1"),
        (json.dumps({"body": {"menus": [menu()], "stores": []}}), "body.menus[0].products.p1"),
    ],
    ids=("pushed", "one menu", "asynchronous", "with its body"),
)
def test_it_is_known_by_what_stands_in_it_and_problems_have_their_path(text: str, path: str) -> None:
    assert read(text, EN).format is MenuFormat.DELIVERECT
    assert len(read(text, EN).menu.categories) == 2

    broken = text.replace('"price": 1900', '"price": "19.00"')
    assert problems(broken) == (f"{path}.price: expected int, got str",)


def test_a_product_document_is_a_menu_too() -> None:
    reading = read(json.dumps(product_document()), EN)

    (mains,) = reading.menu.categories
    (ice,) = mains.items
    assert [group.title for group in ice.groups] == ["Choose your flavour"] * 2
    assert ice.groups[0].id != ice.groups[1].id
    assert [option.price for option in ice.groups[0].options] == [0, 150]


def test_problems_of_a_product_document_have_its_paths() -> None:
    made = product_document()
    made["products"][0]["subProducts"] = ["1412"]
    made["products"].append(made["products"][2])

    assert problems(json.dumps(made)) == ("products[4]: “VAN” is already products[2]",)
    made["products"].pop()
    assert problems(json.dumps(made)) == ("products[0].subProducts[0]: there is no product “1412”",)


def test_menus_for_the_table_are_left_out() -> None:
    eaten_in = menu(menuType=3, categories=[])

    assert len(read(pushed(menu(), eaten_in), EN).menu.categories) == 2
    assert problems(pushed(eaten_in)) == ("the file holds no menu for delivery or pickup",)


def test_a_dish_costs_the_same_on_all_menus() -> None:
    pickup = menu(menuType=2)
    pickup["products"]["p1"]["price"] = 1700

    (problem,) = problems(pushed(menu(menuType=1), pickup))

    assert problem.startswith("[1].products.p1.price: “STK-01” costs 1700 here and 1900")


def test_what_is_not_visible_is_not_sold() -> None:
    made = menu()
    made["products"]["p2"]["visible"] = False
    made["modifiers"]["m2"]["visible"] = False

    found = dishes(read(pushed(made), EN))
    assert "P-SATE" not in found
    assert [option.code for option in found["STK-01"].groups[0].options] == ["COOK-01"]


@pytest.mark.parametrize(
    ("currency", "price"), [("GBP", 1900), ("JPY", 19), ("KWD", 19000)], ids=("two", "none", "three")
)
def test_prices_have_two_places_whatever_the_currency_has(currency: str, price: int) -> None:
    wanted = Wanted(restaurant_id=RESTAURANT, currency=currency, language="en", pictures={})
    made = menu()
    for name in ("products", "modifiers"):
        for each in made[name].values():
            each["price"] = each["price"] // 100 * 100

    assert dishes(read(pushed(made), wanted))["STK-01"].price == price


def test_a_fraction_of_the_smallest_unit_is_refused() -> None:
    wanted = Wanted(restaurant_id=RESTAURANT, currency="JPY", language="en", pictures={})

    assert "[0].products.p5.price: 250 hundredths are no amount of JPY" in problems(pushed(), wanted)


def _broken(change: Callable[[dict[str, Any]], Any]) -> str:
    made = menu()
    change(made)
    return pushed(made)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda m: m["products"]["p1"].pop("name"), "[0].products.p1: object missing required field name"),
        (lambda m: m["products"]["p1"].update(name=" "), "[0].products.p1.name: needs a text"),
        (lambda m: m["products"]["p1"].update(plu=""), "[0].products.p1.plu: is missing"),
        (lambda m: m["products"]["p1"].update(price=-1), "[0].products.p1.price: expected int >= 0"),
        (lambda m: m["products"]["p1"].update(productType=9), "[0].products.p1.productType: "),
        (lambda m: m["products"]["p1"].update(subProducts=["m1"]), "[0].products.p1.subProducts[0]: only"),
        (lambda m: m["products"]["p1"].update(subProducts=["g9"]), "[0].products.p1.subProducts[0]: there"),
        (lambda m: m["products"]["p1"].update(imageUrl="x.svg"), "[0].products.p1.imageUrl: there"),
        (
            lambda m: m["modifierGroups"]["g1"].update(subProducts=["g2"]),
            "[0].modifierGroups.g1.subProducts[0]: only products and modifiers",
        ),
        (lambda m: m["modifierGroups"]["g1"].update(min=2), "[0].modifierGroups.g1.max: 1 is less"),
        (lambda m: m["modifierGroups"]["g1"].update(subProducts=[]), "[0].modifierGroups.g1.min: the group"),
        (
            lambda m: m["modifierGroups"]["g1"].update(maxUniqueOptions=2),
            "[0].modifierGroups.g1.maxUniqueOptions: limits on different options",
        ),
        (lambda m: m["categories"][0].pop("_id"), "[0].categories[0]._id: is missing"),
        (
            lambda m: m["categories"][0].update(subProducts=["g1"]),
            "[0].categories[0].subProducts[0]: categories hold products",
        ),
        (
            lambda m: m["categories"][0].update(subCategories=[{"name": "x"}]),
            "[0].categories[0].subCategories: are not supported",
        ),
        (
            lambda m: m["categories"][1]["availabilities"][0].update(endTime="24:30"),
            "[0].categories[1].availabilities[0].endTime: ",
        ),
        (lambda m: m["availabilities"][0].update(dayOfWeek=0), "[0].availabilities[0].dayOfWeek: "),
        (
            lambda m: m["modifiers"]["m5"].update(subProducts=["g3"]),
            "[0].products.p2.subProducts: modifier group “g3” contains itself",
        ),
        (
            lambda m: m.update(snoozedProducts={"STK-01": {"snoozeEnd": "soon"}})
            or m["products"]["p1"].update(snoozed=True),
            "[0].products.p1.snoozeId: its snoozeEnd “soon” is no time",
        ),
    ],
)  # fmt: skip
def test_a_problem_is_named_by_its_path(change: Callable[[dict[str, Any]], Any], problem: str) -> None:
    found = problems(_broken(change))

    assert any(each.startswith(problem) for each in found), found


def test_all_problems_are_named_at_once() -> None:
    made = menu()
    made["products"]["p1"]["plu"] = made["products"]["p2"]["plu"] = ""
    assert len(problems(pushed(made))) == 2

    made["availabilities"][3]["dayOfWeek"] = 8
    made["categories"][0]["name"] = made["products"]["p1"]["price"] = None
    assert len(problems(pushed(made))) == 3


def test_a_meal_deal_that_would_explode_is_refused() -> None:
    """Groups in groups, each to be chosen from twenty times."""
    groups = [entity(f"g{n}", f"G{n}", 0, 3, f"m{n}", multiply=20) for n in range(5)]
    modifiers = [entity(f"m{n}", f"M{n}", 0, 2, *([f"g{n + 1}"] if n < 4 else [])) for n in range(5)]
    made = menu(
        modifierGroups=keyed(*groups),
        modifiers=keyed(*modifiers),
        bundles={},
        products=keyed(entity("p1", "DISH", 1, 1, "g0")),
        categories=[{"_id": "c", "name": "C", "products": ["p1"]}],
    )

    assert problems(pushed(made)) == (
        "[0].products.p1.subProducts: more than 20000 options with all nested ones",
    )


def test_a_large_menu_is_read_in_reasonable_time() -> None:
    """Three thousand dishes with a group of their own."""
    many = range(3_000)
    made = menu(
        products=keyed(*(entity(f"p{n}", f"P{n}", n, 1, f"g{n}") for n in many)),
        modifierGroups=keyed(*(entity(f"g{n}", f"G{n}", 0, 3, f"m{n}") for n in many)),
        modifiers=keyed(*(entity(f"m{n}", f"M{n}", n, 2) for n in many)),
        bundles={},
        categories=[{"_id": "c", "name": "C", "products": [f"p{n}" for n in many]}],
    )
    began = datetime.now(UTC)

    assert len(read(pushed(made), EN).menu.categories[0].items) == 3_000
    assert (datetime.now(UTC) - began).total_seconds() < 5


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    assert problems("[" * 100_000)[0].startswith("the file is not a JSON object")
    assert problems(" " * 5_000_001) == ("the file is larger than 5 MB",)


def test_a_zero_character_is_refused_before_the_database_does() -> None:
    assert problems(pushed().replace("Chicken", "\\u0000"))[0].startswith("the file holds a zero character")
