"""What pages say besides: points to spend, causes to give to, and what points were for. They are there
without it, while whoever knows is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from modules.orders.interface import Orders
from modules.restaurants.interface import RestaurantId, Restaurants, RestaurantView
from modules.rewards.interface import CampaignView, Charity, Rewards
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call
from tiffin.money import Money, minor_units


class Spendable(NamedTuple):
    """What the customer has, and what it is worth there."""

    points: int
    worth: Money


class Offer(NamedTuple):
    """A campaign, and the restaurant that it is about, if that is one and it is known."""

    campaign: CampaignView
    restaurant: RestaurantView | None


def spendable(customer_id: UUID, region_code: str) -> Spendable | None:
    """None where points cannot be spent, the customer has too few, or nobody can say."""
    try:
        account = call(Rewards).account(customer_id=customer_id, region=region_code)
    except (ModuleUnavailable, ModuleFault):
        return None
    points = account.wallet.available
    if account.worth is None or not account.usable or points < max(1, account.minimum_points):
        return None
    return Spendable(points, account.worth)


def causes(region_code: str) -> list[Charity]:
    """Whom customers may give to there; none while nobody can say."""
    try:
        found: list[Charity] = call(Rewards).causes(region=region_code)
    except (ModuleUnavailable, ModuleFault):
        return []
    return found


def offers(region_code: str) -> list[Offer]:
    """What orders there earn more now; none while nobody can say. From where, while that can be said."""
    try:
        found = call(Rewards).campaigns(region=region_code)
    except (ModuleUnavailable, ModuleFault):
        return []
    wanted = {each.restaurant_id for each in found if each.restaurant_id is not None}
    places = _restaurants(wanted)
    return [Offer(each, places.get(each.restaurant_id)) for each in found]


def _restaurants(wanted: Collection[UUID]) -> dict[UUID | None, RestaurantView]:
    if not wanted:
        return {}
    try:
        found = call(Restaurants).get_many(restaurant_ids=[RestaurantId(each) for each in wanted])
    except (ModuleUnavailable, ModuleFault):
        return {}
    return {each.id: each for each in found}


def gifts(currency: str) -> list[int]:
    """What is offered to give instead of rounding up, in minor units: one, two or five whole ones."""
    unit = 10 ** minor_units(currency)
    return [unit, 2 * unit, 5 * unit]


def name_of(charity_id: UUID | None, region_code: str) -> str:
    """Empty while nobody can say."""
    if charity_id is None:
        return ""
    return next((each.name for each in causes(region_code) if each.id == charity_id), "")


def order_names(customer_id: UUID, order_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """What a customer knows their orders by: the code, and from where it was."""
    wanted = tuple({each for each in order_ids if each is not None})
    if not wanted:
        return {}
    try:
        found = call(Orders).get_many(order_ids=wanted)
    except (ModuleUnavailable, ModuleFault):
        return {}
    return {
        order.id: f"{order.code} from {order.restaurant_name}"
        for order in found
        if order.customer_id == customer_id
    }
