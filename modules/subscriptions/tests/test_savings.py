"""What a membership has saved to date."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.orders.events import OrderDelivered, OrderRefunded
from modules.subscriptions.handlers import order_refunded, orders_delivered
from modules.subscriptions.interface import MembershipView
from modules.subscriptions.tests.members import a_plan, joined, seen
from tiffin import clock, db, ids
from tiffin.money import Money

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("database")]


def pounds(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")


def delivered(member: MembershipView, saved: int) -> UUID:
    order = ids.new_id()
    event = OrderDelivered(
        order_id=order,
        customer_id=member.customer_id,
        restaurant_id=ids.new_id(),
        courier_id=None,
        total=pounds(2000),
        delivered_at=clock.now(),
        saved_by_membership=pounds(saved) if saved else None,
    )
    for _ in range(2):  # told twice
        with db.transaction(owner="subscriptions"):
            orders_delivered([event])
    return order


def refunded(member: MembershipView, order: UUID, saved: int) -> None:
    event = OrderRefunded(
        order_id=order,
        customer_id=member.customer_id,
        amount=pounds(1000),
        saved_by_membership=pounds(saved) if saved else None,
    )
    with db.transaction(owner="subscriptions"):
        order_refunded(event)


def test_what_orders_cost_less_adds_up_but_for_those_whose_money_all_went_back() -> None:
    member = joined(a_plan())
    first, second, _ = (delivered(member, saved) for saved in (299, 150, 0))
    assert seen(member).saved == pounds(449)

    refunded(member, first, 0)  # a part of it
    assert seen(member).saved == pounds(449)
    refunded(member, second, 150)
    refunded(member, second, 150)
    assert seen(member).saved == pounds(299)
