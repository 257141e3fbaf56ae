"""Orders that points pay for, in part or whole: held, spent, let go, given back, and never lost between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from modules.orders.events import OrderRefunded
from modules.orders.interface import (
    ClaimLine,
    ClaimReason,
    Orders,
    PaymentState,
    PlacingRefused,
    PointsState,
    Status,
)
from modules.orders.jobs import secure_points
from modules.orders.models import Order
from modules.orders.services import claim, decide_claim
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of, told
from modules.orders.tests.whole import check, check_receipts, check_rules
from modules.payments.interface import Payments
from modules.rewards.interface import HoldState, Rewards
from tiffin import clock, ids
from tiffin.context import Actor, ActorKind
from tiffin.interfaces import call
from tiffin.interfaces.envelope import decode_envelope
from tiffin.interfaces.testing import stopped
from tiffin.interfaces.transport import InProcess, routed
from tiffin.jobs.registry import find
from tiffin.testing import api, settle

pytestmark = pytest.mark.database
# A ramen is 12.50, its service fee 0.63, the delivery 1.99.
RAMEN = 1512


@pytest.fixture(autouse=True)
def _a_point_is_a_penny(monkeypatch) -> None:
    scenes.rules(monkeypatch, "rewards.redeeming", scenes.PENNY)


@pytest.fixture
def customer(database) -> object:
    """Somebody who has 2,000 points."""
    customer = ids.new_id()
    scenes.give_points(customer, 2_000)
    return customer


def available(customer) -> int:
    return call(Rewards).wallet(customer_id=customer).available


def hold_of(order):
    found = call(Rewards).holds(hold_ids=[order_of(order).hold_id])
    return found[0] if found else None


def deliver(order) -> None:
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    carry(order, courier)


def carry(order, courier) -> None:
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    scenes.drop_off(courier, order)


def whole(order, points: PointsState) -> Order:
    """It ended, with its points so; and all else is whole."""
    ended = order_of(order)
    assert (ended.axes.points, ended.waits_for) == (points, "")
    check(order.id)
    check_receipts(ended)
    check_rules()
    return ended


def test_points_are_held_then_the_money_and_spent_once_it_has_come(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, points=500)
    assert (order.points, order.points_worth.amount, order.total.amount) == (500, 500, RAMEN - 500)
    assert order.axes.points is PointsState.PENDING
    settle()
    assert order_of(order).axes.points is PointsState.HELD
    assert (hold_of(order).state, available(customer)) == (HoldState.HELD, 1_500)
    deliver(order)
    ended = whole(order, PointsState.SPENT)
    assert (ended.status, ended.captured) == (Status.DELIVERED, RAMEN - 500)
    assert (hold_of(order).state, hold_of(order).posted) == (HoldState.POSTED, 500)


def test_an_order_that_points_pay_whole_needs_no_payment(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, all_points=True, method="")
    assert order.total.amount == 0
    settle()
    assert order_of(order).axes.payment is PaymentState.AUTHORISED
    deliver(order)
    ended = whole(order, PointsState.SPENT)
    assert (ended.axes.payment, ended.captured) == (PaymentState.CAPTURED, 0)
    assert call(Payments).for_orders(order_ids=[order.id]) == []
    written = call(Orders).receipts(customer_id=customer, order_id=order.id)
    assert {receipt.total.amount for receipt in written} == {0}


def test_what_points_leave_is_paid_some_way(kitchen, customer) -> None:
    token = scenes.quote(kitchen, customer, points=500).token
    with pytest.raises(PlacingRefused, match=r"10\.12 GBP are left to pay"):
        scenes.place_token(customer, token, method="")
    client = api(Actor(kind=ActorKind.CUSTOMER, id=customer))
    answer = client.post("/api/v1/orders", {"quote": token}, headers={"Idempotency-Key": str(ids.new_id())})
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_method_missing")
    assert not Order.objects.exists()
    token = scenes.quote(kitchen, customer, all_points=True).token
    answer = client.post("/api/v1/orders", {"quote": token}, headers={"Idempotency-Key": str(ids.new_id())})
    assert (answer.status_code, answer.json()["total"]["amount"]) == (201, 0)


@pytest.mark.parametrize("accepted", [False, True])
def test_cancelling_gives_all_of_the_points_back(kitchen, customer, accepted) -> None:
    for wishes in ({"points": 500}, {"all_points": True}):
        order = scenes.place(kitchen, customer, **wishes)
        settle()
        if accepted:
            scenes.accept(order)
        scenes.cancel_by_staff(order)
        settle()
        assert whole(order, PointsState.RELEASED).status is (
            Status.REFUNDED if accepted and order.total.amount else Status.CANCELLED
        )
        assert (hold_of(order).state, available(customer)) == (HoldState.VOIDED, 2_000)


def test_what_is_kept_of_a_stopped_order_is_of_the_money(kitchen, customer, monkeypatch) -> None:
    kept = {"by": "customer", "stage": "preparing", "what": "dishes", "share": "1"}
    scenes.rules(monkeypatch, "cancellation.kept", kept)
    order = scenes.place(kitchen, customer, points=500)
    settle()
    scenes.accept(order)
    scenes.cancel(order)
    settle()
    ended = whole(order, PointsState.RELEASED)
    # Points had paid 4.13 of the ramen.
    assert ended.captured - ended.refunded == 1_250 - 413
    assert available(customer) == 2_000


def test_an_order_whose_points_are_gone_is_given_up_and_never_charged(kitchen, customer) -> None:
    first = scenes.quote(kitchen, customer, points=2_000, tip=1_000)
    second = scenes.quote(kitchen, customer, points=1_000)
    scenes.place_token(customer, first.token)
    settle()
    order = scenes.place_token(customer, second.token)
    settle()
    ended = whole(order, PointsState.REFUSED)
    assert (ended.cancel_reason, ended.axes.payment) == ("points_refused", PaymentState.VOIDED)
    assert call(Payments).for_orders(order_ids=[order.id]) == []


def test_while_rewards_is_away_orders_with_points_wait_and_others_do_not(kitchen, customer) -> None:
    with_points = scenes.quote(kitchen, customer, points=500)
    with stopped(Rewards):
        waits = scenes.place_token(customer, with_points.token)
        goes_on = scenes.place(kitchen, customer)
        settle()
        assert order_of(waits).axes.points is PointsState.PENDING
        assert order_of(goes_on).status is Status.WAITING_FOR_RESTAURANT
    with clock.shift(timedelta(seconds=60)):
        settle()
        assert order_of(waits).status is Status.WAITING_FOR_RESTAURANT


def test_an_order_that_waits_too_long_for_rewards_is_given_up_whole(kitchen, customer) -> None:
    with_points = scenes.quote(kitchen, customer, points=500)
    with stopped(Rewards):
        order = scenes.place_token(customer, with_points.token)
        scenes.wait(1_000)
        assert order_of(order).cancel_reason == "points_timeout"
    scenes.wait(3_000)
    whole(order, PointsState.RELEASED)
    assert available(customer) == 2_000


class Overtaken:
    """Something happens while rewards is being asked for `method`, once; and who asked `dies`."""

    def __init__(self, method: str, happens: Callable[[], object], *, dies: bool = False) -> None:
        self._method, self._happens, self._dies = method, happens, dies

    def send(self, request: bytes, *, timeout_seconds: float) -> bytes:
        overtaken = decode_envelope(request).method == self._method
        if overtaken:
            self._method = ""
            self._happens()
        answer = InProcess().send(request, timeout_seconds=timeout_seconds)
        if overtaken and self._dies:
            raise KeyboardInterrupt
        return answer


def test_a_hold_that_arrives_after_the_order_was_given_up_never_is(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, points=500)

    def cancelled() -> None:
        scenes.cancel(order)
        settle()

    with routed(Overtaken("hold", cancelled)):
        secure_points(order.id)
    settle()
    whole(order, PointsState.RELEASED)
    assert (hold_of(order), available(customer)) == (None, 2_000)


def test_a_hold_whose_worker_dies_after_the_order_was_given_up_never_is(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, points=500)

    def cancelled() -> None:
        scenes.cancel(order)
        settle()

    with routed(Overtaken("hold", cancelled, dies=True)), pytest.raises(KeyboardInterrupt):
        secure_points(order.id)
    settle()
    whole(order, PointsState.RELEASED)
    assert (hold_of(order), available(customer)) == (None, 2_000)


def test_a_partial_refund_gives_back_money_as_money_and_points_as_points(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(2), points=1_000)
    deliver(order)
    missing = (ClaimLine(line=0, quantity=1),)
    claim(customer_id=customer, order_id=order.id, reason=ClaimReason.MISSING, lines=missing)
    settle()
    ended = whole(order, PointsState.SPENT)
    (refund,) = ended.refunds.all()
    assert refund.done_at
    assert refund.points_done_at
    # Of the ramen 8.85 were paid with points, and of their service fee 0.44. Half of it goes back: what is no
    # whole penny stays until the rest does.
    assert (refund.amount, refund.points) == (847, 464)
    assert ended.points_back == refund.points == hold_of(order).restored
    assert available(customer) == 1_000 + refund.points
    points, money = sorted(told(order, OrderRefunded), key=lambda each: each.amount.amount)
    assert (money.points, points.points, points.amount.amount) == (0, refund.points, 0)
    assert (money.goods.amount, points.goods.amount) == (807, 442)
    assert money.refund_id != points.refund_id


def test_what_is_owed_while_points_are_being_given_back_is_asked_for_as_well(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, kitchen.ramen(2), points=1_000)
    deliver(order)
    missing = (ClaimLine(line=0, quantity=1),)
    for _ in range(2):
        made = claim(customer_id=customer, order_id=order.id, reason=ClaimReason.MISSING, lines=missing)
    with routed(Overtaken("restore", partial(decide_claim, claim_id=made.id, grant=True))):
        settle()
    ended = whole(order, PointsState.SPENT)
    assert [bool(refund.points_done_at) for refund in ended.refunds.all()] == [True, True]
    assert ended.points_back == hold_of(order).restored > 900


def test_all_of_it_goes_back_as_it_was_paid_with_the_donation(kitchen, customer, strict) -> None:
    order = scenes.place(kitchen, customer, points=500, charity_id=scenes.a_cause(), donation=100)
    deliver(order)
    made = claim(customer_id=customer, order_id=order.id, reason=ClaimReason.NEVER_ARRIVED)
    decide(made)
    ended = whole(order, PointsState.SPENT)
    assert (ended.refunded, ended.points_back) == (ended.total, 500)
    assert available(customer) == 2_000
    refunded = told(order, OrderRefunded)
    assert [each.donation.amount for each in refunded if each.donation] == [100]
    assert sum(each.goods.amount for each in refunded) == 1_250


def decide(made) -> None:
    decide_claim(claim_id=made.id, grant=True)
    settle()


def test_points_alone_go_back_for_what_they_paid_alone(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, all_points=True)
    deliver(order)
    made = claim(customer_id=customer, order_id=order.id, reason=ClaimReason.NEVER_ARRIVED)
    assert made.asked == RAMEN
    decide(made)
    ended = whole(order, PointsState.SPENT)
    assert (ended.refunded, ended.points_back, ended.axes.refund.value) == (0, RAMEN, "none")
    (refunded,) = told(order, OrderRefunded)
    assert (refunded.amount.amount, refunded.points, refunded.goods.amount) == (0, RAMEN, 1_250)
    assert available(customer) == 2_000


def test_points_that_lapse_before_anybody_cooks_end_the_order(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, points=500)
    settle()
    lapse(order)
    ended = whole(order, PointsState.LAPSED)
    assert (ended.cancel_reason, ended.captured) == ("points_lapsed", 0)


def test_points_that_lapse_later_are_the_platforms_loss(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, points=500)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    lapse(order)
    assert order_of(order).status is Status.PREPARING
    carry(order, courier)
    ended = whole(order, PointsState.LAPSED)
    assert ended.status is Status.DELIVERED
    made = claim(customer_id=customer, order_id=order.id, reason=ClaimReason.NEVER_ARRIVED)
    assert made.asked == ended.captured


def test_what_was_owed_of_points_that_lapse_is_back_with_all_of_them(kitchen, customer) -> None:
    with_points = scenes.quote(kitchen, customer, kitchen.ramen(2), points=1_000)
    order = scenes.place_token(customer, with_points.token)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    with stopped(Rewards):
        carry(order, courier)
        missing = (ClaimLine(line=0, quantity=1),)
        claim(customer_id=customer, order_id=order.id, reason=ClaimReason.MISSING, lines=missing)
        settle()
        assert order_of(order).axes.points is PointsState.SPENDING
    lapse(order)
    ended = whole(order, PointsState.LAPSED)
    (refund,) = ended.refunds.all()
    assert ended.points_back == refund.points > 0
    assert sum(told_of.points for told_of in told(order, OrderRefunded)) == refund.points
    assert available(customer) == 2_000


def lapse(order) -> None:
    """Two weeks later nobody has ended the hold, and rewards lets go of it."""
    with clock.shift(timedelta(days=15)):
        find("rewards", "lapse_holds").function()
    assert hold_of(order).state is HoldState.EXPIRED
    settle()
