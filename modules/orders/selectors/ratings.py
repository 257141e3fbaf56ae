"""What customers thought of restaurants."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

import msgspec

from modules.orders.interface import RatingSummary, RatingView
from modules.orders.models import Rating, RestaurantRating

_TENTH = Decimal("0.1")


def ratings(restaurant_ids: Iterable[UUID]) -> tuple[RatingSummary, ...]:
    """Of those restaurants that somebody has rated, in no order."""
    found = RestaurantRating.objects.filter(restaurant_id__in=list(restaurant_ids))
    return tuple(
        RatingSummary(
            restaurant_id=each.restaurant_id,
            average=(Decimal(each.stars) / each.count).quantize(_TENTH),
            count=each.count,
        )
        for each in found
    )


def rating_view(rating: Rating) -> RatingView:
    return RatingView(food=rating.food, courier=rating.courier, words=rating.words, rated_at=rating.rated_at)


def rating_answer(rating: Rating) -> RatingView:
    """The rating as the command answers it; that answer is kept, and has not what the customer wrote."""
    bare: RatingView = msgspec.structs.replace(rating_view(rating), words="")
    return bare
