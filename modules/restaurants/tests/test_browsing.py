"""Finding a restaurant and reading its menu, over HTTP as anybody does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from modules.restaurants import selectors, services
from modules.restaurants.interface import Point
from modules.restaurants.tests.documents import SVG, as_text, document, text
from modules.restaurants.tests.scenes import LONDON, around, open_restaurant, profile
from tiffin import clock, ids
from tiffin.testing import api

pytestmark = pytest.mark.database

HERE = {"lat": LONDON.lat, "lon": LONDON.lon}
# A Tuesday in winter, so that London's clocks show the same.
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)


def found(**query: Any) -> list[str]:
    answer = api().get("/api/v1/restaurants", query)
    assert answer.status_code == 200, answer.content
    return [restaurant["slug"] for restaurant in answer.json()["results"]]


def at(minutes: float) -> Point:
    return Point(lat=LONDON.lat + minutes / 60, lon=LONDON.lon)


def test_the_nearest_comes_first_and_says_how_far() -> None:
    open_restaurant("far", point=at(2))
    open_restaurant("near", point=at(1))

    assert found(**HERE) == ["near", "far"]
    nearest = api().get("/api/v1/restaurants", HERE).json()["results"][0]
    assert nearest["distance_m"] == pytest.approx(1853, abs=5)
    assert nearest["delivers_here"] is True
    assert "zone" not in nearest


def test_without_a_place_they_come_by_name() -> None:
    open_restaurant("b")
    open_restaurant("a")

    assert found() == ["a", "b"]


def test_only_those_that_deliver_here() -> None:
    open_restaurant("here")
    open_restaurant("elsewhere", zone=around(at(30)))
    # Its bounds hold the place, its zone does not.
    corner = ((-0.2, 51.4), (0.0, 51.4), (-0.2, 51.45))
    open_restaurant("corner-cut", zone=corner)

    assert found(**HERE, delivers_here="true") == ["here"]


def test_only_those_that_are_open() -> None:
    open_restaurant("always")
    open_restaurant("lunch", opening_hours="Mo-Fr 12:00-15:00")
    open_restaurant("late", opening_hours="Mo-Su 18:00-03:00")
    paused = open_restaurant("paused")

    with clock.hold(TUESDAY + timedelta(hours=13)):
        services.pause(restaurant_id=paused.id, until=clock.now() + timedelta(minutes=20))
        assert found(open="true") == ["always", "lunch"]
    with clock.hold(TUESDAY + timedelta(hours=26)):
        assert found(open="true") == ["always", "late", "paused"]


def test_one_that_is_closed_says_when_it_opens() -> None:
    restaurant = open_restaurant("lunch", opening_hours="Mo-Fr 12:00-15:00,17:00-22:00")

    with clock.hold(TUESDAY + timedelta(hours=16)):
        shown = api().get(f"/api/v1/restaurants/{restaurant.id}").json()

    assert shown["is_open"] is False
    assert datetime.fromisoformat(shown["opens_at"]) == TUESDAY + timedelta(hours=17)
    assert len(shown["zone"]) == 4


def test_words_find_names_and_dishes_without_accents() -> None:
    made = document()
    made["items"][2]["title"] = text("Sour rye soup", pl_pl="Żurek z jajkiem")
    soup = services.register(profile=profile("rondel"))
    services.import_menu(restaurant_id=soup.id, document=as_text(made), picture_files={})
    open_restaurant("corner", cuisine="cafe")

    assert found(q="zurek") == ["rondel"]
    assert found(q="SOUP rye") == ["rondel"]
    assert found(q="cafe southwark") == ["corner", "rondel"]
    services.register(profile=profile("rondel", name="Rondel II"))
    assert found(q="żurek rondel ii") == ["rondel"]


def test_pages_show_everybody_once() -> None:
    for number in range(7):
        open_restaurant(f"r{number}", point=at(number % 3))

    seen, query = [], {**HERE, "page_size": 3}
    url: str | None = "/api/v1/restaurants"
    while url:
        page = api().get(url, query).json()
        seen += [restaurant["slug"] for restaurant in page["results"]]
        url, query = page["next"], {}

    assert len(seen) == len(set(seen)) == 7


OF_A_LIST_BY_NAME = "WyJhIiwiMDE5N2MwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIl0"


@pytest.mark.parametrize("cursor", ["x", "é", "WzEsMl0", OF_A_LIST_BY_NAME])
def test_a_cursor_of_nobodys_is_refused(cursor: str) -> None:
    answer = api().get("/api/v1/restaurants", {**HERE, "cursor": cursor})

    assert (answer.status_code, answer.json()["code"]) == (400, "page_unknown")


@pytest.mark.parametrize(
    "query", [{"lat": "51"}, {"lat": "x", "lon": "0"}, {"lat": "91", "lon": "0"}, {"page_size": "0"}]
)
def test_a_place_that_is_none_is_refused(query: dict[str, str]) -> None:
    answer = api().get("/api/v1/restaurants", query)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_one_without_a_menu_is_not_there() -> None:
    hidden = services.register(profile=profile())

    assert found() == []
    for path in ("", "/menu"):
        assert api().get(f"/api/v1/restaurants/{hidden.id}{path}").status_code == 404
    assert api().get(f"/api/v1/restaurants/{ids.new_id()}").json()["code"] == "restaurant_unknown"


def test_the_menu_need_not_be_read_again_until_it_changes() -> None:
    restaurant = open_restaurant()
    url = f"/api/v1/restaurants/{restaurant.id}/menu"

    first = api().get(url)
    again = api().get(url, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)

    coffee = first.json()["document"]["categories"][0]["items"][0]["id"]
    services.set_availability(restaurant_id=restaurant.id, item_id=UUID(coffee), available=False)
    changed = api().get(url, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["unavailable"] == [{"item_id": coffee, "until": None}]


def test_pictures_are_drawings_that_may_be_kept() -> None:
    restaurant = open_restaurant()

    picture = api().get(f"/api/v1/restaurants/{restaurant.id}/picture.svg", headers={"Accept": "image/*"})

    assert picture.content.decode() == SVG
    assert picture["Content-Type"].startswith("image/svg+xml")
    assert "max-age" in picture["Cache-Control"]
    assert "sandbox" in picture["Content-Security-Policy"]
    assert api().get("/api/v1/pictures/nothing.svg").status_code == 404


def test_a_search_of_many_asks_the_database_once(django_assert_num_queries: Any) -> None:
    for number in range(5):
        open_restaurant(f"r{number}")

    with django_assert_num_queries(1, using="restaurants"):
        assert len(found(**HERE, delivers_here="true", open="true")) == 5
    with django_assert_num_queries(1, using="restaurants"):
        assert selectors.get_many([ids.new_id()]) == []
