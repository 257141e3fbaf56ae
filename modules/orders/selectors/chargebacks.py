"""What customers' banks took back of an order's money."""

from __future__ import annotations

from django.db.models import Sum

from modules.orders.models import Chargeback, Order


def charged_back(order: Order) -> int:
    """What the bank has, in minor units: what it took and has not given back."""
    cases = Chargeback.objects.filter(order_id=order.pk, charged_at__isnull=False, reversed_at=None)
    return cases.aggregate(total=Sum("amount"))["total"] or 0


def left_to_owe(order: Order) -> int:
    """What was taken and is neither back nor owed, nor with the customer's bank, in minor units."""
    return max(0, order.captured - max(order.refund_due, order.refunded) - charged_back(order))
