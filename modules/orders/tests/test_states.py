"""The machines: every state can be reached, every end is an end, and what is not drawn is refused."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import connections

from modules.orders.interface import (
    Axes,
    CourierState,
    OrderState,
    PaymentState,
    RefundState,
    Status,
    TransitionRefused,
    VendorState,
)
from modules.orders.models import Order
from modules.orders.states import CLAIM, MACHINES, ORDER, START, is_final, is_over, status_of

by_axis = pytest.mark.parametrize("machine", [*MACHINES, CLAIM], ids=lambda machine: machine.axis)


@by_axis
def test_every_state_can_be_reached(machine) -> None:
    assert machine.reachable() == set(machine.states) - {machine.states("unknown")}


@by_axis
def test_what_is_not_drawn_is_refused_with_409(machine) -> None:
    drawn = set(machine.transitions())
    for before, after in product(machine.reachable(), repeat=2):
        if (before, after) in drawn:
            machine.check(before, after)
            continue
        with pytest.raises(TransitionRefused) as refused:
            machine.check(before, after)
        assert refused.value.status == 409


def test_a_decided_order_stays_decided() -> None:
    for state in (OrderState.COMPLETED, OrderState.CANCELLED):
        assert not any(before is state for before, _ in ORDER.transitions())


def every_combination():
    return (
        Axes(**dict(zip((machine.axis for machine in MACHINES), states, strict=True)))
        for states in product(*(machine.reachable() for machine in MACHINES))
    )


def test_every_combination_has_a_status() -> None:
    assert {status_of(axes) for axes in every_combination()} == set(Status) - {Status.UNKNOWN}


def test_nothing_is_final_while_anything_is_asked_of_rewards() -> None:
    asked = {"pending", "held", "spending", "restoring", "releasing"}
    assert {axes.points.value for axes in every_combination() if is_final(axes)}.isdisjoint(asked)


def test_nothing_is_final_before_it_is_decided_and_the_money_is_settled() -> None:
    unsettled = {
        PaymentState.PENDING,
        PaymentState.ACTION_REQUIRED,
        PaymentState.AUTHORISED,
        PaymentState.CAPTURING,
        PaymentState.VOIDING,
    }
    for axes in every_combination():
        if not is_final(axes):
            continue
        assert is_over(axes)
        settled = axes.refund in {RefundState.REFUNDED, RefundState.KEPT}
        assert settled or axes.payment not in unsettled
        if axes.order is OrderState.CANCELLED and axes.payment is PaymentState.CAPTURED:
            assert settled
            assert axes.vendor is not VendorState.WITHDRAWING
            assert axes.courier is not CourierState.CANCELLING


@pytest.mark.database
def test_the_database_calls_final_what_the_machines_call_final() -> None:
    columns = [f"{machine.axis}_state" for machine in MACHINES]
    combinations = list(every_combination())
    states = [[getattr(axes, machine.axis).value for axes in combinations] for machine in MACHINES]
    not_final = Order.objects.filter(Order.NOT_FINAL).values_list(*columns).query
    query, given = not_final.get_compiler("orders").as_sql()
    # All combinations stand in for the table.
    arrays = ", ".join(["%s::text[]"] * len(columns))
    with connections["orders"].cursor() as cursor:
        cursor.execute(
            f"WITH orders_order ({', '.join(columns)}) AS (SELECT * FROM unnest({arrays})) {query}",
            [*states, *given],
        )
        found = sorted(cursor.fetchall())
    assert found == sorted(
        row for axes, row in zip(combinations, zip(*states, strict=True), strict=True) if not is_final(axes)
    )
    assert 0 < len(found) < len(combinations)


def test_an_order_starts_by_waiting_for_its_payment() -> None:
    assert status_of(START) is Status.PAYING
