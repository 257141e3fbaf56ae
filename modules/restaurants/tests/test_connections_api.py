"""A vendor's developer manages the connection over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from modules.restaurants import services
from modules.restaurants.models import Restaurant
from modules.restaurants.tests.scenes import cook_of, open_restaurant, order_for
from modules.restaurants.tests.vendor_system import VendorSystem, vendor_system
from tiffin import ids
from tiffin.testing import api, settle

pytestmark = pytest.mark.database
URL = "/api/v1/restaurant/connections"


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


@pytest.fixture
def developer(restaurant: Restaurant) -> APIClient:
    return api(cook_of(restaurant))


def connect(developer: APIClient, system: VendorSystem) -> str:
    answer = developer.post(URL, {"name": "Till", "channel": "webhook", "url": system.url}, format="json")
    assert answer.status_code == 201, answer.content
    system.secret = answer.json()["secret"]
    return f"{URL}/{answer.json()['id']}"


def test_a_developer_connects_tries_reads_the_log_and_replays(restaurant, developer, settings: Any) -> None:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with vendor_system() as system:
        own = connect(developer, system)
        assert developer.post(f"{own}/test").status_code == 202
        settle()
        assert system.kinds == ["connection.test"]

        system.answers = [500, 204]
        services.offer_order(order=order_for(restaurant))
        settle()
        (failed, tested) = developer.get(f"{own}/deliveries").json()["results"]
        assert (failed["type"], failed["state"]) == ("order.offered", "waiting")
        assert [attempt["status"] for attempt in failed["attempts"]] == [500]
        assert tested["state"] == "delivered"
        assert developer.get(f"{own}/deliveries", {"state": "delivered"}).json()["results"] == [tested]

        assert developer.post(f"{own}/deliveries/{failed['id']}/replay").status_code == 202
        settle()
        assert system.kinds == ["connection.test", "order.offered"]
        assert developer.get(own).json()["failures"] == 0

        system.secret = developer.post(f"{own}/secret").json()["secret"]
        developer.post(f"{own}/test")
        settle()
        assert system.kinds[-1] == "connection.test"


def test_the_log_comes_by_pages(restaurant, developer, settings: Any) -> None:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with vendor_system() as system:
        own = connect(developer, system)
        for _ in range(3):
            services.offer_order(order=order_for(restaurant))
        settle()
    first = developer.get(f"{own}/deliveries", {"page_size": 2}).json()
    second = developer.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"])] == [2, 1]
    assert second["next"] is None


def test_a_secret_is_shown_once(developer, settings: Any) -> None:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with vendor_system() as system:
        own = connect(developer, system)
    assert "secret" not in developer.get(own).json()
    assert "secret" not in developer.get(URL).json()[0]


def test_a_connection_is_switched_off_and_sends_no_test(developer, settings: Any) -> None:
    settings.TIFFIN_OUTSIDE_ALLOWS = ("127.0.0.1",)
    with vendor_system() as system:
        own = connect(developer, system)
        body = {"name": "Till", "channel": "webhook", "url": system.url, "enabled": False}
        assert developer.put(own, body, format="json").json()["enabled"] is False
        assert developer.post(f"{own}/test").json()["code"] == "connection_disabled"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"url": "http://till.example/"}, "connection_refused"), ({"channel": "pigeon"}, "invalid_request"),
     ({"events": ["order.eaten"]}, "invalid_request"), ({"restaurant_ids": []}, "connection_refused"),
     ({"channel": "poll"}, "connection_refused"), ({"name": ""}, "invalid_request")],
)  # fmt: skip
def test_what_cannot_be_had_is_refused_with_its_reason(developer, change: dict[str, Any], code: str) -> None:
    body = {"name": "Till", "channel": "webhook", "url": "https://till.example/", **change}
    assert developer.post(URL, body, format="json").json()["code"] == code


def test_others_find_nothing_of_it(restaurant, developer) -> None:
    own = developer.post(URL, {"name": "Till", "channel": "poll"}, format="json").json()["id"]
    other = api(cook_of(open_restaurant("other")))

    assert other.get(URL).json() == []
    assert other.get(f"{URL}/{own}").json()["code"] == "connection_unknown"
    assert developer.get(f"{URL}/{ids.new_id()}").status_code == 404
    taken = developer.post(URL, {"name": "Till 2", "channel": "poll"}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "already_connected")
    somebody_elses = {"name": "Till", "channel": "poll", "restaurant_ids": [str(restaurant.id)]}
    assert other.post(URL, somebody_elses, format="json").json()["code"] == "not_your_restaurant"
