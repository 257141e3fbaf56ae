"""Ratings: once, of what was delivered, with an average that everybody sees."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from modules.identity.events import CustomerErased
from modules.orders import handlers
from modules.orders.interface import Fulfilment, Orders, OrderUnknown, RatingRefused
from modules.orders.models import Rating
from modules.orders.tests import scenes
from tiffin import clock, db, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


def rate(order, food: int = 5, courier: int | None = None, *, customer=None, words: str = ""):
    return call(Orders).rate(
        key=scenes.new_key(),
        customer_id=customer or order.customer_id,
        order_id=order.id,
        food=food,
        courier=courier,
        words=words,
    )


@pytest.fixture
def dinner(kitchen, customer):
    return scenes.deliver(kitchen, customer)


def test_what_was_delivered_is_rated_once(dinner) -> None:
    rate(dinner, 4, 5, words="Still hot")
    seen = call(Orders).get(customer_id=dinner.customer_id, order_id=dinner.id)
    assert (seen.rating.food, seen.rating.courier, seen.rating.words) == (4, 5, "Still hot")
    with pytest.raises(RatingRefused) as refused:
        rate(dinner, 1)
    assert "already" in refused.value.sentence
    assert Rating.objects.get().food == 4


def test_the_average_is_of_all_who_rated(kitchen, customer) -> None:
    assert call(Orders).ratings(restaurant_ids=[kitchen.id]) == ()
    for food in (5, 4, 4):
        rate(scenes.deliver(kitchen, customer), food)
    (summary,) = call(Orders).ratings(restaurant_ids=[kitchen.id, ids.new_id()])
    assert (summary.restaurant_id, summary.average, summary.count) == (kitchen.id, Decimal("4.3"), 3)


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_there_are_five_stars(dinner, stars) -> None:
    with pytest.raises(RatingRefused):
        rate(dinner, stars)
    with pytest.raises(RatingRefused):
        rate(dinner, 5, stars)
    assert not Rating.objects.exists()


def test_what_has_not_come_cannot_be_rated(kitchen, customer) -> None:
    with pytest.raises(RatingRefused):
        rate(scenes.place(kitchen, customer))


def test_ratings_end_after_a_month(dinner) -> None:
    with clock.shift(timedelta(days=31)), pytest.raises(RatingRefused):
        rate(dinner)


def test_nobody_brought_what_was_fetched(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment=Fulfilment.PICKUP)
    settle()
    scenes.accept(order)
    scenes.hand_over(order)
    with pytest.raises(RatingRefused) as refused:
        rate(order, 5, 5)
    assert "no courier" in refused.value.sentence
    rate(order, 5)


def test_only_the_customer_rates(dinner) -> None:
    with pytest.raises(OrderUnknown):
        rate(dinner, customer=ids.new_id())


def test_the_stars_stay_and_the_words_go_with_their_customer(dinner) -> None:
    rate(dinner, 2, words="Ask Zofia on the second floor")
    with db.transaction(owner="orders"):
        handlers.customer.forget_where_they_live(CustomerErased(customer_id=dinner.customer_id))
    assert (Rating.objects.get().food, Rating.objects.get().words) == (2, "")


def test_rating_over_http(dinner) -> None:
    client = api(Actor(kind=ActorKind.CUSTOMER, id=dinner.customer_id))
    path, key = f"/api/v1/orders/{dinner.id}/rating", {"Idempotency-Key": str(uuid4())}
    first, again = (client.post(path, {"food": 5, "courier": 4}, headers=key) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert client.get(f"/api/v1/orders/{dinner.id}").json()["rating"]["courier"] == 4
    wrong = client.post(path, {"food": 9}, headers={"Idempotency-Key": str(uuid4())})
    assert wrong.json()["code"] == "invalid_request"
