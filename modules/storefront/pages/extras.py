"""What a checkout offers besides: points to spend, and causes to give to. The page is there without, while
rewards is away."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from modules.rewards.interface import Charity, Rewards
from tiffin import clock, regions
from tiffin.dto import DTO
from tiffin.interfaces import ModuleFault, ModuleUnavailable, call
from tiffin.money import Money, minor_units


class _Price(DTO):
    """The row `rewards.redeeming`, as far as it is shown; what a bill takes of it orders decides."""

    points: int
    amount: int
    minimum_points: int = 1
    max_share: Decimal = Decimal(1)


class Spendable(NamedTuple):
    """What the customer has, and what it is worth there."""

    points: int
    worth: Money


def spendable(customer_id: UUID, region_code: str) -> Spendable | None:
    """None where points cannot be spent, the customer has too few, or nobody can say."""
    region = regions.get(region_code)
    prices = region.rules("rewards.redeeming", _Price, on=region.local(clock.now()).date())
    if not prices:
        return None
    try:
        points = call(Rewards).wallet(customer_id=customer_id).available
    except (ModuleUnavailable, ModuleFault):
        return None
    if points < max(1, prices[0].minimum_points):
        return None
    worth = points * prices[0].amount // prices[0].points
    return Spendable(points, Money(amount=worth, currency=region.currency))


def causes(region_code: str) -> list[Charity]:
    """Whom customers may give to there; none while nobody can say."""
    try:
        found: list[Charity] = call(Rewards).causes(region=region_code)
    except (ModuleUnavailable, ModuleFault):
        return []
    return found


def gifts(currency: str) -> list[int]:
    """What is offered to give instead of rounding up, in minor units: one, two or five whole ones."""
    unit = 10 ** minor_units(currency)
    return [unit, 2 * unit, 5 * unit]


def name_of(charity_id: UUID | None, region_code: str) -> str:
    """Empty while nobody can say."""
    if charity_id is None:
        return ""
    return next((each.name for each in causes(region_code) if each.id == charity_id), "")
