"""Points on a bill: what so many are worth, and how many are spent.

A region prices points by so many for so much, so that both ways are rounded: what points are worth down, and
the points that a value takes up. So a customer never gets less off than the points they spend are worth in
whole units, nor spends one more than that takes, and never gets more off than the points are worth.
"""

from __future__ import annotations

from modules.orders.interface import ComponentKind, Party, Price
from modules.orders.policies import Redeeming
from modules.orders.pricing.bill import Bill
from modules.orders.pricing.discounts import DISHES, Discount, left_of
from tiffin.dto import DTO
from tiffin.money import Money

# What is given to somebody, as tips and donations are, is not paid with points.
PAYABLE = DISHES | {ComponentKind.DELIVERY_FEE, ComponentKind.SERVICE_FEE, ComponentKind.SMALL_ORDER_FEE}


class PointsOffer(DTO):
    """At most `most` points are spent, as the region prices them."""

    most: int
    price: Redeeming

    def worth_of(self, points: int) -> int:
        """In minor units."""
        return points * self.price.amount // self.price.points

    def points_for(self, worth: int) -> int:
        """The fewest that are worth it."""
        return -(-worth * self.price.points // self.price.amount)


def points_discount(offer: PointsOffer, bill: Bill, currency: str) -> Discount:
    """What the points take off what stands on the bill: nothing where it would be fewer than the region
    asks for."""
    off = Discount(code="points", label="Points", amount=0, off=PAYABLE)
    most = int(left_of(off, bill) * offer.price.max_share)
    worth = min(offer.worth_of(offer.most), most)
    points = offer.points_for(worth)
    if points < offer.price.minimum_points:
        worth = 0
    unit = Money(amount=offer.price.amount, currency=currency)
    return Discount(
        code=off.code,
        label=off.label,
        amount=worth,
        off=PAYABLE,
        funded_by=Party.PLATFORM,
        explanation=f"{points} points, at {unit} for {offer.price.points}",
    )


def paid_with_points(price: Price) -> int:
    """What of the bill points pay, in minor units."""
    return -sum(part.amount.amount for part in price.components if part.kind is ComponentKind.POINTS)


def goods_of(price: Price) -> int:
    """What dishes and options cost after promotions and benefits, however they are paid, in minor units."""
    return sum(
        part.amount.amount
        for part in price.components
        if part.line is not None and part.kind is not ComponentKind.POINTS
    )


def given_of(price: Price) -> int:
    """What of the total is given to a charity, in minor units."""
    return sum(part.amount.amount for part in price.components if part.kind is ComponentKind.DONATION)


def saved_by_membership(price: Price) -> int:
    """What a membership took off, in minor units."""
    return -sum(part.amount.amount for part in price.components if part.kind is ComponentKind.MEMBER_BENEFIT)


def points_spent(offer: PointsOffer | None, price: Price) -> int:
    """How many points the bill takes."""
    return offer.points_for(paid_with_points(price)) if offer is not None else 0
