"""Giving something back, once and unasked, for an order that came later than was promised."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from modules.orders.interface import OrderState, PaymentState
from modules.orders.models import Order, TimelineEntry
from modules.orders.policies import LateCredit, LateFacts, LatePolicy
from modules.orders.pricing.keeping import credited
from modules.orders.pricing.refunding import total_of
from modules.orders.selectors.bills import price_of
from modules.orders.selectors.chargebacks import left_to_owe
from modules.orders.services.owing import owe
from tiffin import db, regions

LATE = "late"


@db.transaction_required
def credit_lateness(order: Order) -> None:
    """Owe what the region's policy gives for coming late, as soon as the order has come and is paid for;
    `record` the order with it. What is fetched cannot be late: its customer comes when they like."""
    axes = order.axes
    if axes.order is not OrderState.COMPLETED or axes.payment is not PaymentState.CAPTURED:
        return
    if order.is_fetched or not _is_late(order) or order.refunds.filter(reason=LATE).exists():
        return
    shares = regions.get(order.region).policy(LatePolicy).shares(_facts(order))
    parts = credited(price_of(order), shares)
    amount = total_of(parts, includes_tax=order.includes_tax)
    if amount <= left_to_owe(order):
        owe(order, amount, reason=LATE, parts=[msgspec.to_builtins(part) for part in parts])


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
