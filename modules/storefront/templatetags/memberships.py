"""Memberships on our pages: what a plan costs, and what it brings."""

from __future__ import annotations

from django import template

from modules.storefront.templatetags.storefront import distance, money
from modules.subscriptions.interface import Benefit, BenefitKind, Phase, PhaseKind, PlanView
from tiffin.money import Money

register = template.Library()

MONTHS_A_YEAR = 12


@register.filter
def plan_price(plan: PlanView) -> str:
    """30 days free, then £1.99 a month for 3 months, then £4.99 a month."""
    *before, last = plan.phases
    parts = [_phase(phase, plan.months) for phase in before]
    return ", then ".join([*parts, f"{money(last.price)} {_every(plan.months)}"])


def _phase(phase: Phase, months: int) -> str:
    if phase.kind is PhaseKind.TRIAL:
        return f"{phase.days} days free"
    return f"{money(phase.price)} {_every(months)} for {phase.periods * months} months"


def _every(months: int) -> str:
    if months == 1:
        return "a month"
    return "a year" if months == MONTHS_A_YEAR else f"every {months} months"


@register.filter
def benefit_words(benefit: Benefit, currency: str) -> str:
    """Empty for what is not known yet."""
    minimum, credit = (Money(amount=each, currency=currency) for each in (benefit.minimum, benefit.amount))
    above = f" from {money(minimum)} on" if minimum else ""
    within = f" within {distance(benefit.within_m)}" if benefit.within_m else ""
    return {
        BenefitKind.FREE_DELIVERY: f"Free delivery{above}{within}",
        BenefitKind.REDUCED_SERVICE_FEE: f"{benefit.rate * 100:.0f}% off the service fee{above}",
        BenefitKind.PICKUP_CREDIT: f"{benefit.rate * 100:.0f}% back on what you fetch yourself{above}",
        BenefitKind.LATE_ORDER_CREDIT: (
            f"{money(credit)} when an order comes {benefit.after_minutes} minutes late"
        ),
        BenefitKind.MEMBERS_OFFERS: "Offers for members alone",
        BenefitKind.PARTNER_GRANT: benefit.title,
    }.get(benefit.kind, "")
