"""What others hear of an order's points, goods and gift: earned and given with money that came and stayed."""

from __future__ import annotations

import pytest

from modules.orders.events import OrderDelivered, OrderRefunded
from modules.orders.interface import ClaimLine, ClaimReason, PaymentState, PointsState, Status
from modules.orders.models import Order
from modules.orders.services import claim
from modules.orders.tests import scenes
from modules.orders.tests.happenings import report
from modules.orders.tests.scenes import order_of, told
from modules.orders.tests.test_chargebacks import charged_back, given_back
from modules.orders.tests.test_points import _a_point_is_a_penny, customer, deliver, whole
from modules.payments.interface import Payments
from modules.rewards.interface import DonationState, Rewards
from tiffin import db
from tiffin.interfaces import call
from tiffin.interfaces.testing import stopped
from tiffin.jobs.registry import find
from tiffin.testing import settle

__all__ = ["_a_point_is_a_penny", "customer"]

pytestmark = pytest.mark.database


def test_what_was_delivered_is_told_with_its_points_goods_and_donation(kitchen, customer) -> None:
    charity = scenes.a_cause()
    order = scenes.place(kitchen, customer, points=500, charity_id=charity)
    deliver(order)
    (delivered,) = told(order, OrderDelivered)
    assert (delivered.goods.amount, delivered.points) == (1_250, 500)
    # 15.12 less 5.00 is rounded up to 11.00.
    assert (delivered.donation.amount, delivered.charity_id) == (88, charity)


def test_what_goes_back_twice_is_told_as_two(kitchen, customer) -> None:
    """Two attempts of one refund were carried out: whoever takes back what was earned hears of both."""
    order = scenes.place(kitchen, customer, kitchen.ramen(2))
    deliver(order)
    missing = (ClaimLine(line=0, quantity=1),)
    claim(customer_id=customer, order_id=order.id, reason=ClaimReason.MISSING, lines=missing)
    settle()
    ended = order_of(order)
    once = ended.refunded
    given_back(ended, once, in_all=2 * once, key=str(ended.command_key("refund-1", 2)))
    first, second = told(order, OrderRefunded)
    assert (first.amount, first.reason, second.reason) == (second.amount, "claim_missing", "")
    assert first.refund_id != second.refund_id
    # Of nothing in particular: a share of the whole bill.
    assert second.goods.amount == ended.goods * once // ended.total


def test_what_a_membership_saved_is_nothing_when_all_that_was_paid_is_back(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(2))
    deliver(order)
    with db.transaction(owner="orders"):
        Order.objects.filter(pk=order.id).update(member_saving=250)
    total = order_of(order).total
    given_back(order_of(order), total // 2, in_all=total // 2, key="half")
    given_back(order_of(order), total - total // 2, in_all=total, key="the rest")

    (part, rest) = told(order, OrderRefunded)
    assert (part.saved_by_membership, rest.saved_by_membership) == (None, order_of(order).money(250))


@pytest.mark.parametrize("when", ["before", "after"])
def test_nothing_is_earned_or_given_with_money_that_never_came(kitchen, customer, when) -> None:
    order = scenes.place(kitchen, customer, points=500, charity_id=scenes.a_cause(), donation=100)
    settle()
    courier = scenes.courier_on_shift()
    with stopped(Payments):
        scenes.accept(order)
        scenes.take_offer(courier)
        scenes.pick_up(courier, order)
        if when == "after":
            scenes.drop_off(courier, order)
        assert order_of(order).axes.payment is PaymentState.CAPTURING
        report(order.id, "not captured")
        if when == "before":
            scenes.drop_off(courier, order)
        settle()
    ended = whole(order, PointsState.SPENT)
    assert (ended.status, ended.axes.payment) == (Status.DELIVERED, PaymentState.FAILED)
    (delivered,) = told(order, OrderDelivered)
    taken_back = told(order, OrderRefunded)
    assert bool(delivered.goods and delivered.donation) is bool(taken_back) is (when == "after")
    for each in taken_back:
        assert (each.amount.amount, each.points) == (0, 0)
        assert (each.goods, each.donation) == (delivered.goods, delivered.donation)
    (given,) = call(Rewards).donations(customer_id=customer).donations or (None,)
    assert given is None or given.state is DonationState.TAKEN_BACK
    assert call(Rewards).wallet(customer_id=customer).pending == 0


def test_what_the_customers_bank_takes_earns_nothing(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, charity_id=scenes.a_cause(), donation=100)
    deliver(order)
    earned = pending(customer)
    assert earned > 0
    charged_back(order_of(order), order.total.amount)
    settle()
    (taken_back,) = told(order, OrderRefunded)
    assert (taken_back.amount.amount, taken_back.reason, taken_back.donation) == (0, "charged_back", None)
    # 12.50 of 16.12, of which the gift is the charity's all the same.
    assert taken_back.goods.amount == 1_250
    assert pending(customer) == 0
    # Told again it takes nothing more.
    charged_back(order_of(order), order.total.amount)
    settle()
    assert len(told(order, OrderRefunded)) == 1


def pending(customer) -> int:
    """What the order earned, as far as rewards has reckoned it."""
    for job in ("earn_points", "take_back_points"):
        find("rewards", job).function()
    return call(Rewards).wallet(customer_id=customer).pending
