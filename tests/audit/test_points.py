"""Points of orders that are over lie where both states say, and each way in which they do not is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config import audit as between_modules
from modules.orders.interface import Fulfilment, PointsState
from modules.orders.tests import scenes
from modules.rewards.interface import Rewards
from tests.audit.conftest import Evening, broken
from tiffin import audit as kernel
from tiffin import clock, ids
from tiffin.audit import Check, Inspection
from tiffin.interfaces import call
from tiffin.interfaces.testing import stopped
from tiffin.jobs.registry import find
from tiffin.testing import settle

pytestmark = pytest.mark.database

_IN_ORDERS = ("orders", "orders_order")
_IN_HOLDS = ("rewards", "rewards_hold")
MISHELD = [
    (
        _IN_ORDERS,
        "cancelled",
        "UPDATE orders_order SET order_state = 'completed', payment_state = 'failed' WHERE id = %s",
        "it is completed and its 200 points are released, but their hold is voided",
    ),
    (
        _IN_ORDERS,
        "cancelled",
        "UPDATE orders_order SET points_state = 'refused' WHERE id = %s",
        "it is cancelled and its 200 points are refused, but their hold is voided",
    ),
    (
        _IN_ORDERS,
        "collected",
        "UPDATE orders_order SET points = 199 WHERE id = %s",
        "of its 199 points 200 are held",
    ),
    (
        _IN_HOLDS,
        "cancelled",
        "UPDATE rewards_hold SET order_id = gen_random_uuid() WHERE order_id = %s",
        "of its 200 points 200 are held, for order",
    ),
    (_IN_HOLDS, "collected", "DELETE FROM rewards_hold WHERE order_id = %s", "but there is no hold"),
    (
        _IN_HOLDS,
        "collected",
        "UPDATE rewards_hold SET restored = 1 WHERE order_id = %s",
        "of 200 points spent and 0 given back, rewards of 200 and 1",
    ),
]


def test_points_of_orders_that_are_over_and_their_holds(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.rules(monkeypatch, "rewards.redeeming", scenes.PENNY)
    customer = ids.new_id()
    scenes.give_points(customer, 500)
    cancelled, collected = (
        scenes.place(evening.kitchen, customer, points=200, fulfilment=Fulfilment.PICKUP) for _ in range(2)
    )
    settle()
    scenes.cancel(cancelled)
    scenes.accept(collected)
    scenes.ready(collected)
    scenes.hand_over(collected)
    assert look().broken == 0
    for (module, table), whose, statement, said in MISHELD:
        order_id = {"cancelled": cancelled, "collected": collected}[whose].id
        with broken(module, table, statement, [order_id]):
            points = look()
        assert {finding.key for finding in points.findings} == {str(order_id)}, statement
        assert any(said in finding.problem for finding in points.findings), (statement, points.findings)
    found = look()
    assert (found.broken, found.looked_at, found.note) == (0, 2, "")


def look() -> Check:
    return kernel.inspected(Inspection("points", "orders"), between_modules.points_are_as_held)


def test_holds_that_nobody_ended_in_time_leave_everything_right(
    evening: Evening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the restaurant had answered, while it cooked, and after the customer had it; beside an order of
    points alone that was cancelled while it was cooked."""
    scenes.rules(monkeypatch, "rewards.redeeming", scenes.PENNY)
    customer = ids.new_id()
    scenes.give_points(customer, 5_000)
    unanswered, cooking, collected = (
        scenes.place(evening.kitchen, customer, points=200, fulfilment=Fulfilment.PICKUP) for _ in range(3)
    )
    of_points_alone = scenes.place(evening.kitchen, customer, all_points=True)
    settle()
    for accepted in (cooking, collected, of_points_alone):
        scenes.accept(accepted)
    scenes.cancel_by_staff(of_points_alone)
    with stopped(Rewards):
        scenes.ready(collected)
        scenes.hand_over(collected)
    with clock.shift(timedelta(days=15)):
        find("rewards", "lapse_holds").function()
    settle()
    assert {scenes.order_of(each).axes.points for each in (unanswered, cooking, collected)} == {
        PointsState.LAPSED
    }
    assert call(Rewards).wallet(customer_id=customer).available == 5_000
    scenes.ready(cooking)
    scenes.hand_over(cooking)
    scenes.cancel_by_staff(evening.waiting)
    settle()
    checks = list(between_modules.audit(acknowledged=None, tolerance=timedelta(0)))
    assert [check for check in checks if check.broken] == []
