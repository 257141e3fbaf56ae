"""Reading an Uber Eats menu v2 document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from modules.restaurants.interface import MenuDocument, MenuRefused
from modules.restaurants.menus.documents import Wanted
from modules.restaurants.menus.files import read_menu
from modules.restaurants.menus.reading import read
from modules.restaurants.tests.documents import SVG, as_text, category, document, group, item, menu, text

RESTAURANT = UUID("0197c000-0000-7000-8000-000000000001")
IN_COFFEE = {"context_type": "ITEM", "context_value": "coffee"}
DEMO = Path(__file__).parents[3] / "demo"


def parse(made: dict[str, Any], **options: Any) -> MenuDocument:
    return read(as_text(made), wanted(**options)).menu


def wanted(**options: Any) -> Wanted:
    return Wanted(
        **{"restaurant_id": RESTAURANT, "currency": "GBP", "language": "en", "pictures": {}} | options
    )


def problems(made: dict[str, Any] | str, **options: Any) -> tuple[str, ...]:
    with pytest.raises(MenuRefused) as refusal:
        parse(made, **options) if isinstance(made, dict) else read(made, wanted(**options))
    return refusal.value.data.problems


def test_items_stand_in_their_categories_with_their_prices() -> None:
    drinks, food = parse(document()).categories

    assert [item.title for item in drinks.items] == ["Coffee", "Stout"]
    assert [item.price for item in food.items] == [700, 900]


def test_an_option_costs_what_its_group_says() -> None:
    coffee = parse(document()).categories[0].items[0]

    (milk,) = coffee.groups
    assert (milk.min, milk.max, milk.free) == (0, 2, 1)
    assert (milk.options[0].price, milk.options[0].max) == (40, 2)


def test_an_option_costs_and_may_be_had_as_its_item_says_and_its_group_before_that() -> None:
    """Oat in the milk of a coffee, and in that of a latte, which says nothing itself."""
    made = document()
    oat = made["items"][1]
    oat["price_info"] = {"price": 60, "overrides": [{**IN_COFFEE, "price": 25}]}
    oat["quantity_info"] = {
        "quantity": {"max_permitted": 4},
        "overrides": [{**IN_COFFEE, "quantity": {"max_permitted": 3}}],
    }
    made["items"].append(item("latte", 350, "milk"))
    made["categories"][0]["entities"].append({"id": "latte", "type": "ITEM"})

    def oats() -> list[tuple[int, int | None]]:
        coffee, _, latte = parse(made).categories[0].items
        options = [dish.groups[0].options[0] for dish in (coffee, latte)]
        return [(option.price, option.max) for option in options]

    assert oats() == [(25, 3), (60, 4)]
    in_milk = {"context_type": "MODIFIER_GROUP", "context_value": "milk"}
    oat["price_info"]["overrides"].append({**in_milk, "price": 40})
    oat["quantity_info"]["overrides"].append({**in_milk, "quantity": {"max_permitted": 2}})
    assert oats() == [(40, 2), (40, 2)]


def test_groups_nest_through_the_items_chosen() -> None:
    combo = parse(document()).categories[1].items[1]

    chosen_coffee = combo.groups[0].options[0]
    assert chosen_coffee.groups[0].title == "Milk"


def test_tax_categories_follow_labels_and_alcohol() -> None:
    drinks, food = parse(document()).categories

    assert [item.tax_category for item in drinks.items] == ["drink", "alcohol"]
    assert [item.tax_category for item in food.items] == ["cold_food", "food"]


def test_the_restaurants_language_comes_first_and_others_are_kept() -> None:
    made = document()
    made["items"][0]["title"] = text("Coffee", pl_pl="Kawa", default="Caffè")

    coffee = parse(made, language="pl").categories[0].items[0]

    assert coffee.title == "Kawa"
    assert coffee.titles == {"en": "Coffee"}


def test_the_same_dish_has_the_same_id_in_every_version_but_not_in_every_restaurant() -> None:
    coffee = parse(document()).categories[0].items[0]
    made = document()
    made["items"][0]["price_info"]["price"] = 310

    again = parse(made).categories[0].items[0]
    elsewhere = parse(document(), restaurant_id=UUID(int=1)).categories[0].items[0]

    assert coffee.id == again.id != elsewhere.id


@pytest.mark.parametrize(
    ("menus", "hours"),
    [
        ([menu("drinks", "food")], "24/7"),
        ([menu("drinks", "food", start="11:00", end="15:00")], "Mo,Tu,We,Th,Fr,Sa,Su 11:00-15:00"),
        ([menu("drinks", "food", start="22:00", end="02:00", days=("friday",))], "Fr 22:00-02:00"),
        (
            [menu("drinks", "food", start="08:00", end="10:00", days=("monday",)), menu("drinks", "food")],
            "24/7",
        ),
        ([menu("drinks", "food", days=())], "off"),
    ],
)
def test_a_category_is_served_when_a_menu_with_it_is(menus: list[Any], hours: str) -> None:
    assert parse(document(menus=menus)).categories[0].hours == hours


def test_an_empty_menu_is_a_menu() -> None:
    assert parse(document(items=[], modifier_groups=[], categories=[], menus=[])).categories == ()


def test_a_picture_beside_the_file_is_shown_from_where_it_is_kept() -> None:
    made = document()
    made["items"][2]["image_url"] = "pictures/sandwich.svg"

    shown = parse(made, pictures={"pictures/sandwich.svg": "/api/v1/pictures/x.svg"})

    assert shown.categories[1].items[0].picture == "/api/v1/pictures/x.svg"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nonsense", "the file is not a JSON object"),
        ("3", "the file is not a JSON object"),
        ("[]", "the file holds no menu"),
        ("{}", "items: is missing"),
        ('{"items": 3, "modifier_groups": [], "categories": [], "menus": []}', "items: expected array"),
    ],
)
def test_what_is_no_document_is_refused(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def _broken(change: Any) -> dict[str, Any]:
    made = document()
    change(made)
    return made


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            lambda m: m["items"][3]["price_info"].update(price="9"),
            "items[3].price_info.price: expected int, got str",
        ),
        (
            lambda m: m["items"][3]["price_info"].update(price=-1),
            "items[3].price_info.price: expected int >= 0",
        ),
        (lambda m: m["items"][3].pop("price_info"), "items[3]: object missing required field price_info"),
        (lambda m: m["items"][3].update(title=text(" ")), "items[3].title.translations: needs a text"),
        (lambda m: m["items"].append(item("coffee", 1)), "items[5].id: “coffee” is already items[0]"),
        (
            lambda m: m["items"][0].update(modifier_group_ids={"ids": ["foam"]}),
            "items[0].modifier_group_ids.ids[0]: there is no modifier group “foam”",
        ),
        (
            lambda m: m["items"][1]["price_info"]["overrides"][0].update(context_value="foam"),
            "items[1].price_info.overrides[0].context_value: there is no modifier group “foam”",
        ),
        (
            lambda m: m["items"][1]["price_info"]["overrides"][0].update(context_type="MENU"),
            "items[1].price_info.overrides[0].context_type: MENU is not supported",
        ),
        (
            lambda m: m["modifier_groups"][1].update(
                group("drink", "coffee", max_permitted=1, min_permitted=2)
            ),
            "modifier_groups[1].quantity_info.quantity.max_permitted: 1 is less than min_permitted (2)",
        ),
        (
            lambda m: m["modifier_groups"][1]["modifier_options"].append({"id": "tea", "type": "ITEM"}),
            "modifier_groups[1].modifier_options[2].id: there is no item “tea”",
        ),
        (
            lambda m: m["modifier_groups"][1].update(group("drink", max_permitted=1, min_permitted=1)),
            "modifier_groups[1].quantity_info.quantity.min_permitted: the group has no options",
        ),
        (
            lambda m: m["categories"][0].update(category("drinks", "tea")),
            "categories[0].entities[0].id: there is no item “tea”",
        ),
        (
            lambda m: m["menus"][0].update(category_ids=["soups"]),
            "menus[0].category_ids[0]: there is no category “soups”",
        ),
        (
            lambda m: m["menus"][0]["service_availability"][2]["time_periods"][0].update(end_time="25:00"),
            "menus[0].service_availability[2].time_periods[0].end_time: ",
        ),
        (
            lambda m: m["menus"][0]["service_availability"][2].update(day_of_week="mittwoch"),
            "menus[0].service_availability[2].day_of_week: ",
        ),
        (
            lambda m: m["items"][2].update(image_url="sandwich.svg"),
            "items[2].image_url: there is no picture “sandwich.svg” beside the file",
        ),
        (
            lambda m: m["items"][1].update(modifier_group_ids={"ids": ["milk"]}),
            "items[0].modifier_group_ids: modifier group “milk” contains itself",
        ),
    ],
)
def test_a_problem_is_named_by_its_path(change: Any, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems(_broken(change))), problems(_broken(change))


def test_all_problems_are_named_at_once() -> None:
    made = document()
    made["categories"][0] = category("drinks", "tea")
    made["menus"][0]["category_ids"] = ["soups"]

    assert len(problems(made)) == 2


def test_nesting_ends_after_six_groups() -> None:
    depth = 7
    items = [item(f"i{level}", 1, f"g{level}") for level in range(depth)] + [item(f"i{depth}", 1)]
    groups = [group(f"g{level}", f"i{level + 1}") for level in range(depth)]

    found = problems(
        document(items=items, modifier_groups=groups, categories=[category("c", "i0")], menus=[menu("c")])
    )

    assert found == ("items[0].modifier_group_ids: nested more than 6 modifier groups deep, at “g6”",)


def test_a_menu_that_would_explode_is_refused() -> None:
    """Each level offers eight items that all have the next group: 8⁶ choices."""
    items = [item("dish", 1, "g0")]
    groups = []
    for level in range(6):
        below = [f"g{level + 1}"] if level < 5 else []
        options = [f"i{level}-{number}" for number in range(8)]
        items += [item(option, 1, *below) for option in options]
        groups.append(group(f"g{level}", *options))

    found = problems(
        document(items=items, modifier_groups=groups, categories=[category("c", "dish")], menus=[menu("c")])
    )

    assert "more than 20000 options" in found[0]


@pytest.mark.parametrize("file", sorted((DEMO / "menus").glob("*.json")), ids=lambda file: file.stem)
def test_the_demos_documents_are_good(file: Path) -> None:
    text_, pictures = read_menu(file)

    menu_ = read(text_, wanted(pictures=pictures)).menu

    assert 12 <= sum(len(category.items) for category in menu_.categories) <= 30
    assert json.loads(text_)["menus"]


def test_pictures_are_found_beside_the_file(tmp_path: Path) -> None:
    made = document()
    made["items"][2]["image_url"] = "sandwich.svg"
    made["items"][3]["image_url"] = "missing.svg"
    (tmp_path / "menu.json").write_text(as_text(made))
    (tmp_path / "sandwich.svg").write_text(SVG)

    _, pictures = read_menu(tmp_path / "menu.json")

    assert pictures == {"sandwich.svg": SVG}
