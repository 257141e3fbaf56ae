"""An order that comes later than was promised gives something back, once and unasked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.orders.interface import ClaimReason, Orders, PointsState, RefundState, Status
from modules.orders.models import KnownMembership, Order, Refund
from modules.orders.tests import scenes
from modules.orders.tests.happenings import report
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_claims import claim
from modules.orders.tests.test_journey import jobs_left, payment_of
from modules.rewards.interface import Rewards
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database

# Of a ramen with a tip: the delivery is 1.99, the service fee 0.63. From 15 minutes on half the delivery fee
# goes back, from 30 all of it and the service fee.
DELIVERY, SERVICE, TIP = 199, 63, 300
DISHES = 1_250


def bring(kitchen, customer, *, minutes_late: float, own: timedelta | None = None, **wishes):
    order = scenes.place(kitchen, customer, tip=TIP, **wishes)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    promised = clock.now() - timedelta(minutes=minutes_late) - (own or timedelta(0))
    Order.objects.filter(pk=order.id).update(promised_by=promised)
    if own is not None:
        asked(order, own)
    scenes.drop_off(courier, order)
    return order


def asked(order, own: timedelta) -> None:
    """The bank had wanted to hear from the customer, who took that long: as the timeline would say."""
    row = order_of(order)
    entries = row.timeline.filter(axis="payment")
    first = entries.get(to_state="authorised")
    row.timeline.create(
        seq=row.timeline_seq + 1000,
        at=first.at,
        axis="payment",
        from_state="pending",
        to_state="action_required",
        status_name="action_required",
        actor="service",
        cause="test",
    )
    row.timeline.create(
        seq=row.timeline_seq + 1001,
        at=first.at + own,
        axis="payment",
        from_state="action_required",
        to_state="authorised",
        status_name="waiting_for_restaurant",
        actor="service",
        cause="test",
    )


@pytest.mark.parametrize(
    ("minutes_late", "back"),
    [(-5, 0), (14, 0), (16, 99), (29, 99), (31, DELIVERY + SERVICE), (300, DELIVERY + SERVICE)],
)
def test_what_comes_late_gives_back_by_how_late_it_is(kitchen, customer, minutes_late, back) -> None:
    order = bring(kitchen, customer, minutes_late=minutes_late)
    settle()
    ended = order_of(order)
    assert (ended.status, ended.refunded, ended.refund_due) == (Status.DELIVERED, back, back)
    assert payment_of(order).refunded.amount == back
    assert jobs_left(order) == set()
    seen = call(Orders).get(customer_id=customer, order_id=order.id)
    assert [(each.reason, each.amount.amount) for each in seen.refunds] == ([("late", back)] if back else [])
    notes = [entry.note for entry in call(Orders).timeline(customer_id=customer, order_id=order.id)]
    assert ("late" in notes) is bool(back)


@pytest.mark.parametrize("wishes", [{"points": 1_000}, {"all_points": True}])
def test_what_points_paid_of_what_came_late_comes_back_as_points(
    kitchen, customer, monkeypatch, wishes
) -> None:
    scenes.rules(monkeypatch, "rewards.redeeming", scenes.PENNY)
    scenes.give_points(customer, 3_000)
    order = bring(kitchen, customer, minutes_late=31, **wishes)
    settle()
    ended = order_of(order)
    (refund,) = ended.refunds.all()
    assert (refund.reason, ended.axes.points) == ("late", PointsState.SPENT)
    # Of each pot what is no whole penny is not credited.
    assert DELIVERY + SERVICE - 2 <= refund.amount + refund.points <= DELIVERY + SERVICE
    # A tip is money in any case, and not credited.
    assert bool(refund.amount) is ("points" in wishes)
    assert (ended.refunded, ended.points_back) == (refund.amount, refund.points)
    assert refund.points > 0
    assert call(Rewards).wallet(customer_id=customer).available == 3_000 - order.points + refund.points
    claim(order, reason=ClaimReason.NEVER_ARRIVED)
    scenes.wait(86_460)
    ended = order_of(order)
    assert (ended.refunded, ended.points_back) == (ended.total, ended.points)


def test_what_was_the_customers_own_doing_is_not_late(kitchen, customer) -> None:
    order = bring(kitchen, customer, minutes_late=10, own=timedelta(minutes=25))
    settle()
    assert order_of(order).refunded == 0


def test_a_report_that_comes_twice_gives_nothing_twice(kitchen, customer) -> None:
    order = bring(kitchen, customer, minutes_late=20)
    report(order.id, "delivered")
    report(order.id, "captured")
    settle()
    assert Refund.objects.filter(order_id=order.id).count() == 1


def test_a_claim_later_gives_back_the_rest_and_not_the_same_again(kitchen, customer) -> None:
    order = bring(kitchen, customer, minutes_late=20)
    settle()
    made = claim(order, reason=ClaimReason.NEVER_ARRIVED)
    assert made.asked.amount == order.total.amount - 99
    scenes.wait(86_460)
    ended = order_of(order)
    assert ended.refunded == order.total.amount == payment_of(order).refunded.amount


def test_what_is_paid_only_after_it_came_gives_back_then(kitchen, customer) -> None:
    """Reports in another order than usual: it is at the door before anybody says that the money was taken."""
    order = scenes.place(kitchen, customer, tip=TIP)
    for step in ("authorised", "offered", "accepted", "assigned", "picked up"):
        report(order.id, step)
    Order.objects.filter(pk=order.id).update(promised_by=clock.now() - timedelta(hours=1))
    report(order.id, "delivered")
    assert order_of(order).axes.refund is RefundState.NONE
    report(order.id, "captured")
    assert order_of(order).refund_due == DELIVERY + SERVICE


def test_what_is_given_up_on_the_way_goes_back_whole_and_no_credit_beside(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, tip=TIP)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    Order.objects.filter(pk=order.id).update(promised_by=clock.now() - timedelta(hours=1))
    scenes.cancel_by_staff(order)
    settle()
    scenes.drop_off(courier, order)
    settle()
    assert order_of(order).refunded == order.total.amount
    assert Refund.objects.get(order_id=order.id).reason == "staff"


def test_what_is_fetched_is_not_late(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, fulfilment="pickup")
    settle()
    scenes.accept(order)
    scenes.ready(order)
    Order.objects.filter(pk=order.id).update(promised_by=clock.now() - timedelta(hours=1))
    scenes.hand_over(order)
    settle()
    assert order_of(order).refunded == 0


def member(
    customer, *, amount: int, after_minutes: int = 0, since: timedelta, venue_share: str = "0"
) -> None:
    benefit = {"kind": "late_order_credit", "amount": amount, "after_minutes": after_minutes}
    KnownMembership.objects.create(
        id=ids.new_id(),
        customer_id=customer,
        region="gb",
        valid_in=["gb"],
        benefits=[{**benefit, "venue_share": venue_share}],
        title="Tiffin+",
        since=clock.now() + since,
        access_until=clock.now() + timedelta(days=30),
    )


BEFORE, AFTER = timedelta(days=-1), timedelta(days=1)


@pytest.mark.parametrize(
    ("minutes_late", "membership", "back"),
    [
        (16, {"amount": 200, "since": BEFORE}, 200),
        (31, {"amount": 200, "since": BEFORE}, DELIVERY + SERVICE),
        (5, {"amount": 200, "since": BEFORE}, 200),
        (5, {"amount": 200, "since": BEFORE, "after_minutes": 10}, 0),
        (16, {"amount": 200, "since": AFTER}, 99),
        (16, {"amount": 100_000, "since": BEFORE}, DISHES),
    ],
)
def test_a_membership_gives_what_it_says_where_that_is_more(
    kitchen, customer, minutes_late, membership, back
) -> None:
    member(customer, **membership)
    order = bring(kitchen, customer, minutes_late=minutes_late)
    settle()
    ended = order_of(order)
    assert (ended.refunded, ended.refund_due) == (back, back)
    assert payment_of(order).refunded.amount == back


def test_what_the_venue_pays_of_it_is_kept(kitchen, customer) -> None:
    member(customer, amount=201, since=BEFORE, venue_share="0.5")
    order = bring(kitchen, customer, minutes_late=16)
    settle()
    (refund,) = order_of(order).refunds.all()
    assert (refund.reason, refund.amount, refund.by_venue) == ("late", 201, 101)
