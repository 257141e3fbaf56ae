"""Which dishes a creative names: such as can be had now, and none that would have to be declared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from modules.ads.engine.filling import Reader, fill
from modules.ads.engine.servable import Creative, Venue
from modules.ads.selectors.venues import DISHES, dishes_of
from modules.restaurants.interface import Category, CategoryId, Item, ItemId, MenuDocument
from tiffin import ids

EIGHT, EIGHT_IN_THE_EVENING = (datetime(2026, 3, 4, hour, tzinfo=UTC).timestamp() for hour in (8, 20))


def item(title: str, **given: Any) -> Item:
    return Item(**{"id": ItemId(ids.new_id()), "title": title, "price": 500, "tax_category": "hot", **given})


def menu(**parts: tuple[str, list[Item]]) -> MenuDocument:
    categories = tuple(
        Category(id=CategoryId(ids.new_id()), title=title, items=tuple(items), hours=hours)
        for title, (hours, items) in parts.items()
    )
    return MenuDocument(currency="GBP", language="en", categories=categories)


def named(document: MenuDocument, at: float) -> str | None:
    """What `{dish}` says then."""
    venue = Venue(
        id=ids.new_id(),
        slug="pub",
        name="Pub",
        cuisine="pub",
        region="gb",
        city="london",
        lat=51.5,
        lon=-0.1,
        zone=(),
        opening_hours="24/7",
        time_zone="Europe/London",
        currency="GBP",
        dishes=dishes_of(document),
    )
    creative = Creative(id=ids.new_id(), headlines={"": "{dish}"}, texts={})
    filled = fill(creative, venue, Reader("en", None, (), at))
    return filled.headline if filled else None


def test_beer_is_not_named_where_nobody_declared_it() -> None:
    drinks = [item("Piwo", tax_category="alcohol")]
    assert named(menu(Drinks=("24/7", drinks), Food=("24/7", [item("Pie")])), EIGHT) == "Pie"
    assert named(menu(Drinks=("24/7", drinks)), EIGHT) is None


def test_breakfast_is_named_in_the_morning_and_not_at_dinner() -> None:
    eggs = [item(f"Eggs {number}") for number in range(2 * DISHES)]
    document = menu(Breakfast=("Mo-Su 06:00-11:00", eggs), Dinner=("Mo-Su 11:00-23:00", [item("Pie")]))
    assert named(document, EIGHT) == "Eggs 0"
    assert named(document, EIGHT_IN_THE_EVENING) == "Pie"


def test_what_stands_in_two_parts_of_a_menu_is_served_in_either() -> None:
    both = item("Toast")
    document = menu(Breakfast=("Mo-Su 06:00-11:00", [both]), Supper=("Mo-Su 18:00-23:00", [both]))
    assert named(document, EIGHT) == named(document, EIGHT_IN_THE_EVENING) == "Toast"
    assert [dish.title for dish in dishes_of(document)] == ["Toast"]


def test_only_so_many_are_kept_and_none_that_is_free() -> None:
    dishes = [item("Water", price=0), *(item(f"Dish {number}") for number in range(DISHES + 5))]
    kept = dishes_of(menu(All=("24/7", dishes)))
    assert [dish.title for dish in kept] == [f"Dish {number}" for number in range(DISHES)]
    assert {dish.hours for dish in kept} == {()}


def test_ads_show_no_dish_by_a_picture_from_elsewhere() -> None:
    pictures = ("/media/pie.webp", "https://elsewhere.example/pie.webp", "//elsewhere.example/pie.webp")
    document = menu(All=("24/7", [item("Pie", picture=picture) for picture in (*pictures, None)]))
    assert [dish.picture for dish in dishes_of(document)] == ["/media/pie.webp", "", "", ""]
