"""The demo's plans, by the month and by the year: prices are invented."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from modules.subscriptions.interface import Benefit, BenefitKind, PlanOffer, Subscriptions
from tiffin.interfaces import CommandKey, call
from tiffin.money import Money

TRIAL_DAYS = 30
WITHIN_M = 6_000
HALF = Decimal("0.5")
# By region: the money, the price of a month, and from which basket on the delivery is free.
_PLANS = (("gb", "GBP", 499, 1_500), ("pl", "PLN", 1_999, 5_000))
_MONTHS_IN_A_YEAR_PAID = 10


def bring() -> None:
    for region, currency, price, minimum in _PLANS:
        brings = (
            Benefit(kind=BenefitKind.FREE_DELIVERY, minimum=minimum, within_m=WITHIN_M),
            Benefit(kind=BenefitKind.REDUCED_SERVICE_FEE, rate=HALF),
        )
        month = PlanOffer(
            region=region,
            code="plus",
            title="Tiffin Plus",
            months=1,
            level=1,
            price=Money(amount=price, currency=currency),
            trial_days=TRIAL_DAYS,
            benefits=brings,
        )
        year = msgspec.structs.replace(
            month,
            code="plus-year",
            title="Tiffin Plus for a year",
            months=12,
            price=Money(amount=price * _MONTHS_IN_A_YEAR_PAID, currency=currency),
            trial_days=0,
        )
        for plan in (month, year):
            call(Subscriptions).offer(key=CommandKey(f"demo:plan:{region}:{plan.code}"), plan=plan)
