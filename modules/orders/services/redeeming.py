"""Points in a quote: how many the customer may spend, and what is said about it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from modules.orders.interface import PointsAnswer, PointsOutcome, Price, Wishes
from modules.orders.policies import Redeeming
from modules.orders.pricing import PointsOffer, paid_with_points, points_spent
from modules.rewards.interface import Rewards
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call
from tiffin.money import Money
from tiffin.regions import Region

_SAID = {
    PointsOutcome.APPLIED: "{points} points are spent, worth {worth}.",
    PointsOutcome.FEWER: "You have {available} points: {points} are spent, worth {worth}.",
    PointsOutcome.NONE_LEFT: "You have no points to spend.",
    PointsOutcome.NOT_USABLE: "Something about your points is being looked into; until then none can be"
    " spent.",
    PointsOutcome.NOT_HERE: "Points cannot be spent here.",
    PointsOutcome.BELOW_MINIMUM: "Not fewer than {minimum} points can be spent at once.",
    PointsOutcome.NOTHING_TO_PAY: "There is nothing that so many points can pay for.",
    PointsOutcome.NOT_LOOKED_UP: "How many points you have cannot be looked up now. {points} are spent, worth"
    " {worth}; when you have fewer, the order is not taken, and you pay nothing.",
}
_NOT_KNOWN = "How many points you have cannot be looked up now, so that none are spent."


class Purse(NamedTuple):
    """What of the wish to spend points can be had: nothing without an offer. `obstacle` says why, or that
    nobody knows; `available` is what the customer has, as far as that is known."""

    offer: PointsOffer | None = None
    obstacle: PointsOutcome | None = None
    available: int | None = None
    wanted: int | None = None


def open_purse(wishes: Wishes, customer_id: UUID | None, region: Region, on: date) -> Purse:
    """Ask rewards what the customer has, when points are wanted. While it is away the quote goes on with what
    is asked for, and the hold decides when the order is placed."""
    if customer_id is None or not (wishes.points or wishes.all_points):
        return Purse()
    prices = region.rules("rewards.redeeming", Redeeming, on=on)
    if not prices:
        return Purse(obstacle=PointsOutcome.NOT_HERE)
    wanted = None if wishes.all_points else wishes.points
    try:
        wallet = call(Rewards).wallet(customer_id=customer_id)
    except (ModuleUnavailable, ModuleFault):
        offer = PointsOffer(most=wanted or 0, price=prices[0])
        return Purse(offer, PointsOutcome.NOT_LOOKED_UP, wanted=wanted)
    available = wallet.available
    if not wallet.usable:
        return Purse(obstacle=PointsOutcome.NOT_USABLE, available=available, wanted=wanted)
    if available <= 0:
        return Purse(obstacle=PointsOutcome.NONE_LEFT, available=0, wanted=wanted)
    most = available if wanted is None else min(wanted, available)
    return Purse(PointsOffer(most=most, price=prices[0]), None, available, wanted)


def answer(purse: Purse, bill: Price) -> PointsAnswer | None:
    """What became of the wish, and a sentence about it; None when there was none."""
    if purse.offer is None and purse.obstacle is None:
        return None
    points = points_spent(purse.offer, bill)
    outcome = purse.obstacle or _outcome(purse, points)
    worth = Money(amount=paid_with_points(bill), currency=bill.total.currency)
    unknown = outcome is PointsOutcome.NOT_LOOKED_UP and not points
    text = (_NOT_KNOWN if unknown else _SAID[outcome]).format(
        points=points,
        worth=worth,
        available=purse.available,
        minimum=purse.offer.price.minimum_points if purse.offer else 0,
    )
    return PointsAnswer(points=points, worth=worth, outcome=outcome, text=text, available=purse.available)


def _outcome(purse: Purse, points: int) -> PointsOutcome:
    if points:
        # Short is who would have spent more.
        short = purse.wanted is not None and points == purse.available and points < purse.wanted
        return PointsOutcome.FEWER if short else PointsOutcome.APPLIED
    if purse.offer is not None and purse.offer.most < purse.offer.price.minimum_points:
        return PointsOutcome.BELOW_MINIMUM
    return PointsOutcome.NOTHING_TO_PAY
