"""What a basket costs: small pure steps, each adding typed components to the bill.

`price` is the whole of it, `hints` says what would make it cheaper. Every step is a function of the terms and
of what stands on the bill so far, asks nobody and knows no database, so the same basket under the same terms
costs the same for ever.
"""

from modules.orders.pricing.discounts import Discount
from modules.orders.pricing.hints import benefits, hints
from modules.orders.pricing.persons import name_of, shares_per_person
from modules.orders.pricing.pipeline import price, saves_alone
from modules.orders.pricing.points import (
    PointsOffer,
    given_of,
    goods_of,
    paid_with_points,
    points_spent,
    saved_by_membership,
)
from modules.orders.pricing.promotions import Promotion
from modules.orders.pricing.terms import Dish, Member, TakenOption, Terms, by_category

__all__ = [
    "Discount",
    "Dish",
    "Member",
    "PointsOffer",
    "Promotion",
    "TakenOption",
    "Terms",
    "benefits",
    "by_category",
    "given_of",
    "goods_of",
    "hints",
    "name_of",
    "paid_with_points",
    "points_spent",
    "price",
    "saved_by_membership",
    "saves_alone",
    "shares_per_person",
]
