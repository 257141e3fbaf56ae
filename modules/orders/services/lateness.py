"""Giving something back, once and unasked, for an order that came later than was promised."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from modules.orders.interface import OrderState, PaymentState
from modules.orders.models import Order, TimelineEntry
from modules.orders.policies import LateCredit, LateFacts, LatePolicy
from modules.orders.pricing.keeping import credited, off_dishes
from modules.orders.pricing.refunding import RefundPart, total_of
from modules.orders.selectors import known
from modules.orders.selectors.bills import price_of
from modules.orders.selectors.chargebacks import left_to_owe
from modules.orders.services.owing import owe
from modules.subscriptions.interface import BenefitKind
from tiffin import db, regions

LATE = "late"


@db.transaction_required
def credit_lateness(order: Order) -> None:
    """Owe what the region's policy gives for coming late, or the customer's membership where that is more,
    as soon as the order has come and is paid for; `record` the order with it. What is fetched cannot be late:
    its customer comes when they like."""
    axes = order.axes
    if axes.order is not OrderState.COMPLETED or axes.payment is not PaymentState.CAPTURED:
        return
    if order.is_fetched or not _is_late(order) or order.refunds.filter(reason=LATE).exists():
        return
    facts = _facts(order)
    given = _to_everybody(order, facts)
    to_member = _to_member(order, facts.minutes)
    if to_member.amount > given.amount:
        given = to_member
    if given.amount <= left_to_owe(order):
        parts = [msgspec.to_builtins(part) for part in given.parts]
        owe(order, given.amount, reason=LATE, parts=parts, by_venue=given.by_venue)


class _Given(NamedTuple):
    """What goes back, in minor units and of what; `by_venue` is the venue's part of it."""

    parts: tuple[RefundPart, ...] = ()
    amount: int = 0
    by_venue: int = 0


def _to_everybody(order: Order, facts: LateFacts) -> _Given:
    shares = regions.get(order.region).policy(LatePolicy).shares(facts)
    parts = credited(price_of(order), shares)
    return _Given(parts, total_of(parts, includes_tax=order.includes_tax))


def _to_member(order: Order, minutes: int) -> _Given:
    """What the membership that its customer had when it was placed gives for coming so late."""
    member = known.member(order.customer_id, order.region, at=order.created_at)
    credits = [
        benefit
        for benefit in (member.benefits if member else ())
        if benefit.kind is BenefitKind.LATE_ORDER_CREDIT and benefit.after_minutes <= minutes
    ]
    if not credits:
        return _Given()
    best = max(credits, key=lambda benefit: benefit.amount)
    parts = off_dishes(price_of(order), best.amount)
    amount = total_of(parts, includes_tax=order.includes_tax)
    return _Given(parts, amount, order.money(amount).share(best.venue_share).amount)


def _is_late(order: Order) -> bool:
    return bool(order.promised_by and order.delivered_at and order.delivered_at > order.promised_by)


def _facts(order: Order) -> LateFacts:
    region = regions.get(order.region)
    rows = region.rules("late.credits", LateCredit, on=region.local(order.created_at).date())
    return LateFacts(minutes=_minutes_late(order), total=order.money(order.total), rows=tuple(rows))


def _minutes_late(order: Order) -> int:
    if order.delivered_at is None or order.promised_by is None:
        return 0
    late = order.delivered_at - order.promised_by - _customers_own(order)
    return max(0, int(late.total_seconds() // 60))


def _customers_own(order: Order) -> timedelta:
    """How long the order waited for its customer, who had to confirm the payment."""
    asked: datetime | None = None
    for entry in TimelineEntry.objects.filter(order=order, axis="payment"):
        if entry.to_state == PaymentState.ACTION_REQUIRED.value:
            asked = entry.at
        elif asked is not None:
            return entry.at - asked
    return timedelta(0)
