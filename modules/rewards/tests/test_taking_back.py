"""What goes back of an order earns no more: of what is pending, of what is there, and of what was spent."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from modules.rewards.interface import Flow
from modules.rewards.models import Earning, Entry, Lot
from modules.rewards.services import holds, taking_back
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.taking_back import take_back_batch
from modules.rewards.states import AccountKind, EarningState
from modules.rewards.tests.earnings import (
    SETTLED,
    balance,
    campaign,
    confirmed,
    debts_looked_at,
    earned,
    points_of,
    refunded,
    state_of,
    wallet,
)
from modules.rewards.tests.points import granted, posted, transfer
from tiffin import clock, ids, regions

pytestmark = pytest.mark.database


def test_what_goes_back_while_points_are_pending_never_becomes_the_customers() -> None:
    customer = ids.new_id()
    order = earned(customer, 2000)
    refunded(order, 500)
    assert (wallet(customer).pending, points_of(order)) == (75, (100, 25))
    with clock.shift(SETTLED):
        confirm_batch()
    assert wallet(customer).available == 75


def test_a_refund_takes_once_however_often_it_is_told_of() -> None:
    customer, refund = ids.new_id(), ids.new_id()
    order = confirmed(customer, 2000)
    for _ in range(3):
        refunded(order, 500, refund_id=refund)
    assert (wallet(customer).available, points_of(order)) == (75, (100, 25))


def test_all_in_parts_takes_back_all_and_more_than_all_no_more() -> None:
    customer = ids.new_id()
    order = confirmed(customer, 2099)
    for _ in range(3):
        refunded(order, 700)
    assert (wallet(customer).available, points_of(order)) == (0, (100, 100))
    assert state_of(order) is EarningState.REVERSED
    refunded(order, 700)
    assert (wallet(customer).owed, points_of(order)) == (0, (100, 100))


def test_points_that_were_spent_are_owed_and_repaid_by_what_is_earned_next() -> None:
    customer = ids.new_id()
    order = confirmed(customer, 2000)
    posted(transfer(Flow.DONATE, 80, customer))
    back = refunded(order, 2000)
    assert (back.points, back.owed, back.forgiven) == (100, 80, 0)
    assert (wallet(customer).available, wallet(customer).owed) == (0, 80)
    confirmed(customer, 1000)
    assert (wallet(customer).available, wallet(customer).owed) == (0, 30)
    confirmed(customer, 1000)
    assert (wallet(customer).available, wallet(customer).owed) == (20, 0)
    assert balance(AccountKind.ISSUANCE) == -100


def test_what_comes_from_elsewhere_repays_too() -> None:
    customer = ids.new_id()
    order = confirmed(customer, 2000)
    posted(transfer(Flow.DONATE, 80, customer))
    refunded(order, 2000)
    debts_looked_at()
    assert wallet(customer).owed == 80
    granted(100, customer)
    debts_looked_at()
    assert (wallet(customer).available, wallet(customer).owed) == (20, 0)


def test_the_orders_own_points_go_first_and_then_the_customers_others() -> None:
    customer = granted(50, days=10)
    order = confirmed(customer, 2000)
    posted(transfer(Flow.DONATE, 20, customer, lot_id=Lot.objects.get(order_id=order).id))
    refunded(order, 1000)
    assert wallet(customer).available == 80
    assert {lot.available for lot in Lot.objects.all()} == {50, 30}
    refunded(order, 1000)
    assert (wallet(customer).available, wallet(customer).owed) == (30, 0)


@pytest.mark.parametrize("others", [0, 30])
def test_what_is_left_of_a_partners_points_goes_once_where_the_programmes_were_spent(others: int) -> None:
    campaign(points=50, partner="A brewery")
    customer = ids.new_id()
    order = confirmed(customer, 2000)
    posted(transfer(Flow.DONATE, 100, customer, lot_id=Lot.objects.get(order_id=order, points=100).id))
    if others:
        granted(others, customer, days=10)
    back = refunded(order, 2000)
    assert back.taken_at is not None
    assert (back.points, back.owed) == (150, 100 - others)
    assert (wallet(customer).available, wallet(customer).owed) == (0, 100 - others)
    assert balance(AccountKind.FUNDING) == 0


def test_points_promised_to_an_order_do_not_escape() -> None:
    customer = ids.new_id()
    order = confirmed(customer, 2000)
    promise = holds.hold(
        hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=100, region="gb"
    )
    refunded(order, 2000)
    assert (wallet(customer).held, wallet(customer).owed) == (100, 100)
    holds.void_hold(hold_id=promise.id)
    debts_looked_at()
    assert (wallet(customer).available, wallet(customer).owed) == (0, 0)


@pytest.fixture
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Great Britain forgives what was spent."""
    britain = regions.get("gb")
    rows = britain.tables["rewards.earning"]
    kinder = tuple(
        msgspec.structs.replace(row, data={**row.data, "taking_back": "within_balance"}) for row in rows
    )
    monkeypatch.setattr(britain, "tables", {**britain.tables, "rewards.earning": kinder})
    monkeypatch.setattr(britain, "_read", {})


def test_a_region_may_forgive_what_was_spent_and_nothing_else(forgiving) -> None:
    customer = ids.new_id()
    order = confirmed(customer, 2000)
    posted(transfer(Flow.DONATE, 60, customer))
    promise = holds.hold(
        hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=30, region="gb"
    )
    back = refunded(order, 2000)
    assert (back.points, back.owed, back.forgiven) == (100, 30, 60)
    holds.void_hold(hold_id=promise.id)
    debts_looked_at()
    assert (wallet(customer).available, wallet(customer).owed) == (0, 0)


def test_refunds_that_cannot_be_taken_stop_no_others_and_are_seen(monkeypatch) -> None:
    monkeypatch.setattr(taking_back, "TAKEN_AT_ONCE", 1)
    britain = regions.get("gb")
    stuck, fine = confirmed(ids.new_id(), 2000), confirmed(ids.new_id(), 2000)
    Earning.objects.filter(pk=stuck).update(region="nowhere")
    refund = refunded(stuck, 500)
    assert refunded(fine, 500).taken_at is not None
    assert (refund.taken_at, refund.refusal) == (None, "unknown_region")
    Earning.objects.filter(pk=stuck).update(region=britain.code)
    with clock.shift(timedelta(minutes=11)):
        take_back_batch()
    refund.refresh_from_db()
    assert (refund.points, refund.refusal) == (25, "")


def test_a_refund_of_what_never_came_takes_nothing() -> None:
    refund = refunded(ids.new_id(), 2000)
    assert refund.taken_at is None
    assert not Entry.objects.exists()
