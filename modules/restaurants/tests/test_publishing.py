"""Joining, publishing menus, changing: what others are told."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from modules.restaurants import selectors, services
from modules.restaurants.events import (
    AvailabilityChanged,
    MenuPublished,
    RestaurantChanged,
    RestaurantPublished,
)
from modules.restaurants.interface import (
    ItemUnknown,
    MenuRefused,
    NotYourRestaurant,
    ProfileRefused,
    Restaurants,
)
from modules.restaurants.models import MenuVersion, Restaurant
from modules.restaurants.tests.documents import SVG, as_text, document
from modules.restaurants.tests.scenes import (
    acting_as,
    around,
    cook_of,
    kinds,
    last,
    open_restaurant,
    profile,
    publish,
)
from tiffin import clock
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money

pytestmark = pytest.mark.database


def test_nobody_hears_of_a_restaurant_before_its_first_menu() -> None:
    restaurant = services.register(profile=profile())
    services.register(profile=profile(name="Corner House"))

    assert kinds(restaurant.id) == []


def test_the_first_menu_publishes_the_restaurant_with_all_its_facts() -> None:
    restaurant = open_restaurant()

    assert kinds(restaurant.id) == ["menu_published", "restaurant_published"]
    facts = last(restaurant.id, RestaurantPublished).restaurant
    assert (facts.region, facts.time_zone, facts.menu_version) == ("gb", "Europe/London", 1)
    assert facts.min_order == Money(amount=500, currency="GBP")
    assert last(restaurant.id, MenuPublished).document.currency == "GBP"


def test_the_same_document_again_publishes_nothing() -> None:
    restaurant = open_restaurant()

    changes = publish(restaurant)

    assert (changes.published, changes.differs, changes.version) == (False, False, 1)
    assert kinds(restaurant.id) == ["menu_published", "restaurant_published"]


def test_a_changed_document_is_a_new_version_and_the_old_one_stays() -> None:
    restaurant = open_restaurant()
    made = document()
    made["items"][2]["price_info"]["price"] = 750

    changes = publish(restaurant, made)

    assert (changes.version, changes.changed) == (2, ("Sandwich",))
    assert kinds(restaurant.id)[2:] == ["menu_published", "restaurant_changed"]
    old, new = (selectors.menu(restaurant.id, version=number).document for number in (1, 2))
    assert [m.categories[1].items[0].price for m in (old, new)] == [700, 750]


def test_a_dry_run_only_tells() -> None:
    restaurant = open_restaurant()
    made = document()
    made["categories"][1]["entities"].pop()

    changes = services.import_menu(
        restaurant_id=restaurant.id, document=as_text(made), picture_files={}, dry_run=True
    )

    assert (changes.removed, changes.published, changes.differs) == (("Combo",), False, True)
    assert selectors.menu(restaurant.id).version == 1


def test_a_refused_document_changes_nothing() -> None:
    restaurant = open_restaurant()
    made = document()
    made["categories"][0]["entities"][0]["id"] = "tea"

    with pytest.raises(MenuRefused) as refusal:
        publish(restaurant, made)

    assert "categories[0].entities[0].id" in refusal.value.sentence
    assert selectors.menu(restaurant.id).version == 1


def test_the_database_refuses_to_change_a_published_menu() -> None:
    restaurant = open_restaurant()

    with pytest.raises(DatabaseError, match="never changes"):
        MenuVersion.objects.filter(restaurant=restaurant).update(hash="x")


def test_pictures_are_kept_once_and_only_if_they_do_nothing() -> None:
    restaurant = services.register(profile=profile())
    made = document()
    made["items"][2]["image_url"] = "a.svg"

    services.import_menu(restaurant_id=restaurant.id, document=as_text(made), picture_files={"a.svg": SVG})
    path = selectors.menu(restaurant.id).document.categories[1].items[0].picture
    assert path is not None
    assert selectors.picture(path.removeprefix("/api/v1/pictures/").removesuffix(".svg")) == SVG

    evil = SVG.replace("<circle", '<script/><circle onload="x()"')
    with pytest.raises(MenuRefused, match="script"):
        services.import_menu(
            restaurant_id=restaurant.id, document=as_text(made), picture_files={"a.svg": evil}
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"opening_hours": "whenever"}, "opening_hours"),
        ({"zone": ((0.0, 0.0), (1.0, 1.0))}, "zone"),
        ({"zone": ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))}, "zone"),
        ({"region": "xx"}, "region"),
        ({"min_order": Money(amount=1, currency="PLN")}, "region"),
        ({"picture": "<html/>"}, "picture"),
    ],
)
def test_details_that_cannot_be_used_are_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(ProfileRefused) as refusal:
        services.register(profile=profile(**changes))
    assert refusal.value.data.field == field


def test_registering_again_changes_what_differs_and_tells_it() -> None:
    restaurant = open_restaurant()

    services.register(profile=profile())
    assert kinds(restaurant.id)[2:] == []

    services.register(profile=profile(opening_hours="Mo-Fr 10:00-18:00", zone=around(profile().point, 0.03)))
    facts = last(restaurant.id, RestaurantChanged).restaurant
    assert facts.opening_hours == "Mo-Fr 10:00-18:00"
    assert len(facts.zone) == 4


def test_a_pause_and_its_end_are_told() -> None:
    restaurant = open_restaurant()
    until = clock.now() + timedelta(minutes=30)

    services.pause(restaurant_id=restaurant.id, until=until)
    assert last(restaurant.id, RestaurantChanged).restaurant.paused_until == until
    assert not selectors.one(restaurant.id).is_open

    services.resume(restaurant_id=restaurant.id)
    services.resume(restaurant_id=restaurant.id)
    assert kinds(restaurant.id)[2:] == ["restaurant_changed"] * 2
    assert selectors.one(restaurant.id).is_open


def test_a_pause_ends_by_itself() -> None:
    restaurant = open_restaurant()
    services.pause(restaurant_id=restaurant.id, until=clock.now() + timedelta(minutes=30))

    with clock.shift(timedelta(minutes=31)):
        assert selectors.one(restaurant.id).is_open


def test_an_option_is_sold_out_until_it_comes_back() -> None:
    restaurant = open_restaurant()
    coffee = selectors.menu(restaurant.id).document.categories[0].items[0]
    oat = coffee.groups[0].options[0].id
    until = clock.now() + timedelta(hours=2)

    services.set_availability(restaurant_id=restaurant.id, item_id=oat, available=False, until=until)
    services.set_availability(restaurant_id=restaurant.id, item_id=oat, available=False, until=until)

    assert kinds(restaurant.id)[2:] == ["availability_changed"]
    assert last(restaurant.id, AvailabilityChanged).until == until
    assert [gone.item_id for gone in selectors.menu(restaurant.id).unavailable] == [oat]
    with clock.shift(timedelta(hours=3)):
        assert selectors.menu(restaurant.id).unavailable == ()
    services.set_availability(restaurant_id=restaurant.id, item_id=oat, available=True)
    assert last(restaurant.id, AvailabilityChanged).available


def test_only_what_is_on_the_menu_can_be_sold_out() -> None:
    restaurant = open_restaurant()

    with pytest.raises(ItemUnknown):
        services.set_availability(restaurant_id=restaurant.id, item_id=restaurant.id, available=False)


def test_nobody_acts_for_another_restaurant() -> None:
    mine, other = open_restaurant("mine"), open_restaurant("other")

    with acting_as(cook_of(mine)):
        services.pause(restaurant_id=mine.id, until=clock.now())
        with pytest.raises(NotYourRestaurant):
            services.pause(restaurant_id=other.id, until=clock.now())
        with pytest.raises(NotYourRestaurant):
            selectors.tickets([mine.id, other.id])


def test_a_restaurant_registers_through_the_interface_under_a_key() -> None:
    first = call(Restaurants).register(key=CommandKey("a"), profile=profile())
    again = call(Restaurants).register(key=CommandKey("a"), profile=profile())

    assert first == again
    assert Restaurant.objects.count() == 1


def test_the_command_publishes_a_file(tmp_path: Path) -> None:
    restaurant = services.register(profile=profile())
    file = tmp_path / "menu.json"
    file.write_text(as_text(document()))

    assert "4 added, 0 removed, 0 changed; a dry run" in run("import", str(file), "--dry-run")
    assert "published as version 1" in run("import", str(file))
    assert "nothing differs from version 1" in run("import", str(file))
    assert selectors.menu(restaurant.id).version == 1


def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    services.register(profile=profile())
    file = tmp_path / "menu.json"
    file.write_text('{"items": [{"id": "x"}], "modifier_groups": [], "categories": [], "menus": []}')

    with pytest.raises(CommandError, match=r"items\[0\]: object missing required field title"):
        run("import", str(file))
    with pytest.raises(CommandError, match="No such file"):
        run("import", str(tmp_path / "nothing.json"))
    with pytest.raises(CommandError, match="No restaurant has the slug “elsewhere”"):
        run("import", str(file), "--restaurant", "elsewhere")


def run(*arguments: str) -> str:
    said = StringIO()
    named = () if "--restaurant" in arguments else ("--restaurant", "corner")
    call_command("menu", *arguments, *named, stdout=said)
    return said.getvalue()
