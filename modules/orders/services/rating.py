"""Rating: what the customer thought of the food, and of the courier."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F

from modules.orders.events import OrderRated
from modules.orders.interface import RatingRefused
from modules.orders.models import Order, Rating, RestaurantRating
from modules.orders.models.rating import BEST
from modules.orders.selectors.times import rating_obstacle
from modules.orders.services.locking import lock_order_of
from modules.orders.services.recording import record
from tiffin import db


def rate_order(
    *, customer_id: UUID, order_id: UUID, food: int, courier: int | None = None, words: str = ""
) -> Rating:
    """Say once what it was like. Raises OrderUnknown, RatingRefused."""
    with db.transaction():
        order = lock_order_of(customer_id, order_id)
        _check(order, food, courier)
        rating = Rating(
            order=order,
            customer_id=customer_id,
            restaurant_id=order.restaurant_id,
            courier_id=order.courier_id,
            food=food,
            courier=courier,
            words=words,
        )
        rating.save(force_insert=True)
        _count(order.restaurant_id, food)
        rated = OrderRated(
            order_id=order.id,
            restaurant_id=order.restaurant_id,
            courier_id=order.courier_id,
            food=food,
            courier=courier,
        )
        record(order, rated, cause="rate_order")
    return rating


def _check(order: Order, food: int, courier: int | None) -> None:
    if obstacle := rating_obstacle(order, Rating.objects.filter(order=order).first()):
        raise RatingRefused(reason=obstacle)
    if courier is not None and order.is_fetched:
        raise RatingRefused(reason="You fetched this order yourself: there is no courier to rate.")
    if not all(1 <= stars <= BEST for stars in (food, courier) if stars is not None):
        raise RatingRefused(reason=f"Give 1 to {BEST} stars.")


def _count(restaurant_id: UUID, food: int) -> None:
    """Ratings are rare beside orders: one row for a restaurant is no queue."""
    counted = RestaurantRating.objects.filter(restaurant_id=restaurant_id).update(
        stars=F("stars") + food, count=F("count") + 1
    )
    if not counted:
        first = RestaurantRating(restaurant_id=restaurant_id, stars=food, count=1)
        if not db.insert(first, unless_taken=("restaurant_id",)):
            _count(restaurant_id, food)
