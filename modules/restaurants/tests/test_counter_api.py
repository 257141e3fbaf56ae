"""The counter over HTTP, as a restaurant's people use it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rest_framework.test import APIClient

from modules.restaurants import selectors, services
from modules.restaurants.interface import OfferedOrder
from modules.restaurants.models import Restaurant
from modules.restaurants.tests.scenes import cook_of, open_restaurant, order_for
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.testing import api

pytestmark = pytest.mark.database


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


@pytest.fixture
def order(restaurant: Restaurant) -> OfferedOrder:
    order = order_for(restaurant)
    services.offer_order(order=order)
    return order


@pytest.fixture
def cook(restaurant: Restaurant) -> APIClient:
    return api(cook_of(restaurant))


def press(client: APIClient, order: OfferedOrder, button: str, **body: Any) -> Any:
    return client.post(f"/api/v1/restaurant/tickets/{order.order_id}/{button}", body, format="json")


def test_an_order_is_seen_accepted_and_put_out(cook: APIClient, order: OfferedOrder) -> None:
    (seen,) = cook.get("/api/v1/restaurant/tickets", {"state": "offered"}).json()["results"]
    assert seen["order_id"] == str(order.order_id)
    (line,) = seen["lines"]
    assert (line["title"], line["count"], line["options"]) == ("Coffee", 2, ["Oat"])

    accepted = press(cook, order, "accept", ready_in_minutes=15)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert press(cook, order, "preparing").json()["state"] == "preparing"
    assert press(cook, order, "ready").json()["state"] == "ready"
    assert cook.get("/api/v1/restaurant/tickets", {"state": "offered"}).json()["results"] == []


def test_a_button_that_is_too_late_is_a_conflict(cook: APIClient, order: OfferedOrder) -> None:
    press(cook, order, "reject", reason="too_busy")

    answer = press(cook, order, "accept", ready_in_minutes=15)

    assert (answer.status_code, answer.json()["code"]) == (409, "ticket_conflict")


@pytest.mark.parametrize(
    ("button", "body"),
    [("accept", {}), ("accept", {"ready_in_minutes": 0}), ("accept", {"ready_in_minutes": 500}),
     ("reject", {"reason": "no_answer"}), ("reject", {"reason": "bored"})],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    cook: APIClient, order: OfferedOrder, button: str, body: dict[str, Any]
) -> None:
    assert press(cook, order, button, **body).json()["code"] == "invalid_request"


def test_others_may_not_touch_it(order: OfferedOrder) -> None:
    other = api(cook_of(open_restaurant("other")))
    customer = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))

    assert press(other, order, "accept", ready_in_minutes=15).json()["code"] == "not_your_restaurant"
    assert other.get(f"/api/v1/restaurant/tickets/{order.order_id}").status_code == 404
    assert other.get("/api/v1/restaurant/tickets").json()["results"] == []
    listed = other.get("/api/v1/restaurant/tickets", {"restaurant_id": order.restaurant_id})
    assert listed.status_code == 403
    assert press(customer, order, "accept", ready_in_minutes=15).status_code == 403
    assert press(api(), order, "accept", ready_in_minutes=15).status_code == 401


def test_tickets_come_by_pages(cook: APIClient, restaurant: Restaurant) -> None:
    for _ in range(3):
        services.offer_order(order=order_for(restaurant))

    first = cook.get("/api/v1/restaurant/tickets", {"page_size": 2}).json()
    second = cook.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert second["next"] is None


def test_an_item_is_sold_out_and_back(cook: APIClient, restaurant: Restaurant) -> None:
    coffee = selectors.menu(restaurant.id).document.categories[0].items[0].id
    url = f"/api/v1/restaurant/items/{coffee}/availability"

    assert cook.put(url, {"available": False}, format="json").status_code == 204
    assert [gone.item_id for gone in selectors.menu(restaurant.id).unavailable] == [coffee]
    assert cook.put(url, {"available": True}, format="json").status_code == 204
    assert selectors.menu(restaurant.id).unavailable == ()


@pytest.mark.parametrize("part", ["dish", "option"])
def test_what_is_sold_out_until_a_time_comes_back_by_itself(
    cook: APIClient, restaurant: Restaurant, part: str
) -> None:
    coffee = selectors.menu(restaurant.id).document.categories[0].items[0]
    item = coffee.id if part == "dish" else coffee.groups[0].options[0].id
    url, menu = f"/api/v1/restaurant/items/{item}/availability", f"/api/v1/restaurants/{restaurant.id}/menu"
    now = clock.now().replace(microsecond=0)
    until = now + timedelta(minutes=90)
    anybody = APIClient()

    with clock.hold(now):
        said = {"available": False, "until": until.astimezone(ZoneInfo("Europe/Warsaw")).isoformat()}
        assert cook.put(url, said, format="json").status_code == 204
        (gone,) = anybody.get(menu).json()["unavailable"]
        assert gone == {"item_id": str(item), "until": f"{until:%Y-%m-%dT%H:%M:%SZ}"}
    with clock.hold(until - timedelta(seconds=1)):
        assert anybody.get(menu).json()["unavailable"] == [gone]
    with clock.hold(until):
        assert anybody.get(menu).json()["unavailable"] == []


@pytest.mark.parametrize(
    ("until", "code"),
    [
        ("2030-01-01T20:00:00", "no_offset"),
        ("2020-01-01T20:00:00Z", "past"),
        ("tonight", "invalid"),
    ],
)
def test_a_time_that_is_over_or_nobody_knows_whose_is_refused(
    cook: APIClient, restaurant: Restaurant, until: str, code: str
) -> None:
    coffee = selectors.menu(restaurant.id).document.categories[0].items[0].id
    url = f"/api/v1/restaurant/items/{coffee}/availability"

    answer = cook.put(url, {"available": False, "until": until}, format="json")

    assert answer.status_code == 422
    (wrong,) = answer.json()["errors"]
    assert (wrong["path"], wrong["code"]) == ("/until", code)


def test_of_what_is_there_again_it_does_not_matter_until_when_it_was_not(
    cook: APIClient, restaurant: Restaurant
) -> None:
    """A till sends back what it has."""
    coffee = selectors.menu(restaurant.id).document.categories[0].items[0].id
    url = f"/api/v1/restaurant/items/{coffee}/availability"
    cook.put(url, {"available": False, "until": None}, format="json")

    answer = cook.put(url, {"available": True, "until": "2020-01-01T20:00:00Z"}, format="json")

    assert answer.status_code == 204
    assert cook.get(f"/api/v1/restaurants/{restaurant.id}/menu").json()["unavailable"] == []
    assert selectors.menu(restaurant.id).unavailable == ()


def test_a_pause_closes_until_it_ends(cook: APIClient, restaurant: Restaurant) -> None:
    paused = cook.post("/api/v1/restaurant/pause", {"minutes": 30}, format="json").json()
    assert paused["is_open"] is False
    assert paused["paused_until"] > clock.now().isoformat()

    assert cook.post("/api/v1/restaurant/resume", {}, format="json").json()["is_open"] is True


def test_who_acts_for_several_says_for_which(restaurant: Restaurant) -> None:
    other = open_restaurant("other")
    both = api(cook_of(restaurant, other))

    assert len(both.get("/api/v1/restaurant/restaurants").json()) == 2
    unsaid = both.post("/api/v1/restaurant/pause", {"minutes": 30}, format="json")
    assert unsaid.json()["errors"][0]["path"] == "/restaurant_id"
    said = both.post("/api/v1/restaurant/pause", {"minutes": 30, "restaurant_id": other.id}, format="json")
    assert said.json()["slug"] == "other"
