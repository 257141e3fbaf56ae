"""What a kitchen says of its work over HTTP, and who hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from modules.restaurants import selectors, services
from modules.restaurants.interface import OfferedOrder
from modules.restaurants.models import Restaurant
from modules.restaurants.tests.scenes import cook_of, open_restaurant, order_for
from tiffin import clock
from tiffin.testing import api

pytestmark = pytest.mark.database


@pytest.fixture
def restaurant(database: object) -> Restaurant:
    return open_restaurant()


@pytest.fixture
def cook(restaurant: Restaurant) -> APIClient:
    return api(cook_of(restaurant))


@pytest.fixture
def accepted(restaurant: Restaurant) -> OfferedOrder:
    order = order_for(restaurant)
    services.offer_order(order=order)
    services.accept(order_id=order.order_id, ready_in_minutes=15)
    return order


def press(client: APIClient, order: OfferedOrder, button: str, **body: Any) -> Any:
    return client.post(f"/api/v1/restaurant/tickets/{order.order_id}/{button}", body, format="json")


def test_what_takes_longer_is_promised_for_later(cook: APIClient, accepted: OfferedOrder) -> None:
    later = clock.now() + timedelta(minutes=40)
    told = press(cook, accepted, "delay", ready_at=later.isoformat(), reason="busy").json()
    assert told["ready_at"] == later.isoformat().replace("+00:00", "Z")
    too_late = clock.now() + timedelta(hours=9)
    refused = press(cook, accepted, "delay", ready_at=too_late.isoformat())
    assert (refused.status_code, refused.json()["code"]) == (422, "delay_refused")


def test_what_cannot_be_finished_is_taken_off_with_its_reason(
    cook: APIClient, accepted: OfferedOrder
) -> None:
    told = press(cook, accepted, "cancel", reason="item_unavailable").json()
    assert (told["state"], told["reason"]) == ("withdrawn", "item_unavailable")


def test_being_busy_adds_minutes_to_what_customers_read(cook: APIClient, restaurant: Restaurant) -> None:
    usual = selectors.one(restaurant.id).preparation_minutes
    busy = cook.put("/api/v1/restaurant/busy", {"minutes": 15, "for_minutes": 30}, format="json").json()
    assert busy["preparation_minutes"] == usual + 15
    assert api().get(f"/api/v1/restaurants/{restaurant.id}").json()["preparation_minutes"] == usual + 15
    over = cook.put("/api/v1/restaurant/busy", {"minutes": 0}, format="json").json()
    assert over["preparation_minutes"] == usual


def test_how_many_it_takes_is_what_it_says(cook: APIClient, restaurant: Restaurant) -> None:
    capacity = {"orders_per_slot": 3}
    assert cook.put("/api/v1/restaurant/capacity", capacity, format="json").status_code == 200
    working = {"accepts_unanswered": False, "phone": "+442079460000", "open_orders_limit": 12}
    assert cook.put("/api/v1/restaurant/working", working, format="json").status_code == 200
    said = Restaurant.objects.get(pk=restaurant.pk)
    assert (said.orders_per_slot, said.phone, said.open_orders_limit) == (3, "+442079460000", 12)
