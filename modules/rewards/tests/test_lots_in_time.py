"""Points expire when their time is over, and whoever has them is warned once; who is forgotten loses them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from modules.identity.events import CustomerErased
from modules.orders.events import OrderDelivered, OrderRefunded
from modules.rewards import handlers, jobs
from modules.rewards.events import PointsExpireSoon
from modules.rewards.interface import Flow
from modules.rewards.models import Account, Earning, EarningRefund, ForgottenCustomer
from modules.rewards.services import decide_review, holds, review_wallet
from modules.rewards.services.confirming import confirm_batch
from modules.rewards.services.expiring import expire_batch, warn_of_expiry
from modules.rewards.services.forgetting import LOOKED_AGAIN_AFTER, forget_batch, look_again_at_forgotten
from modules.rewards.states import AccountKind, EarningState
from modules.rewards.tests.earnings import SETTLED, confirmed, earned, wallet
from modules.rewards.tests.points import granted, in_days, posted, transfer
from tiffin import clock, db, ids, regions
from tiffin.log import Event
from tiffin.log.events import Recorded, handling
from tiffin.models import LogEvent
from tiffin.money import Money

pytestmark = pytest.mark.database


def breakage() -> int:
    return sum(row.balance for row in Account.objects.filter(kind=AccountKind.EXPIRED.value))


def told() -> list[PointsExpireSoon]:
    """The warnings, in their order."""
    events = LogEvent.objects.using("rewards").filter(name=PointsExpireSoon.wire).order_by("position")
    unread = dict.fromkeys(Recorded._fields)
    return [Recorded(**{**unread, "name": e.name, "payload": bytes(e.payload)}).decode() for e in events]


def test_points_expire_lot_by_lot_and_once() -> None:
    customer = granted(50, days=10)
    granted(70, customer, days=20)
    posted(transfer(Flow.DONATE, 20, customer))
    with clock.shift(timedelta(days=11)):
        assert expire_batch() == 1
        assert expire_batch() == 0
    assert (wallet(customer).available, breakage()) == (70, 30)
    with clock.shift(timedelta(days=21)):
        jobs.let_points_expire()
    assert (wallet(customer).available, breakage()) == (0, 100)


@pytest.mark.parametrize("hours", [24, 72, 240])
def test_what_a_review_kept_from_being_spent_expires_later(monkeypatch, hours: int) -> None:
    """As much later as a review may take where the wallet is."""
    britain = regions.get("gb")
    (row,) = britain.tables["rewards.reviewing"]
    said = structs.replace(row, data={"hours": hours})
    monkeypatch.setattr(britain, "tables", {**britain.tables, "rewards.reviewing": (said,)})
    monkeypatch.setattr(britain, "_read", {})
    customer, frozen = (granted(50, days=10) for _ in range(2))
    with clock.shift(timedelta(days=9)):
        for each in (customer, frozen):
            review_wallet(customer_id=each, region="gb", why="a doubt")
        decide_review(customer_id=frozen, release=False, why="seen")
    with clock.shift(timedelta(days=11)):
        assert expire_batch() == 1
        assert (wallet(customer).available, wallet(customer).usable) == (50, False)
        decide_review(customer_id=customer, release=True, why="seen")
        assert (expire_batch(), wallet(customer).usable) == (0, True)
    with clock.shift(timedelta(days=11, hours=hours - 1)):
        assert expire_batch() == 0
    with clock.shift(timedelta(days=11, hours=hours, minutes=1)):
        assert expire_batch() == 1
    assert (wallet(customer).available, wallet(frozen).available, breakage()) == (0, 0, 100)


def test_what_is_held_expires_once_it_is_free_again_and_again_when_it_comes_back() -> None:
    customer = granted(100, days=10)
    promises = [
        holds.hold(hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=40, region="gb")
        for _ in range(2)
    ]
    holds.post_hold(hold_id=promises[1].id, points=40)
    with clock.shift(timedelta(days=11)):
        assert expire_batch() == 1
        assert (wallet(customer).available, wallet(customer).held) == (0, 40)
        holds.void_hold(hold_id=promises[0].id)
        assert expire_batch() == 1
        holds.restore_hold(hold_id=promises[1].id, key="1", points=40, reason="claim")
        assert expire_batch() == 1
    assert (wallet(customer).available, breakage()) == (0, 100)


def test_whoever_has_points_that_expire_soon_is_told_once_of_each_day() -> None:
    customer, soon, later = ids.new_id(), in_days(10), in_days(12)
    for points, expires_at in ((30, soon), (5, soon), (70, later), (500, in_days(40))):
        posted(transfer(Flow.GRANT, points, customer, expires_at=expires_at))
    assert warn_of_expiry() == 2
    assert warn_of_expiry() == 0
    assert [(event.points, event.expires_at) for event in told()] == [(35, soon), (70, later)]
    with clock.shift(timedelta(days=30)):
        assert warn_of_expiry() == 1
    assert told()[-1].points == 500


def test_nobody_is_warned_of_what_is_gone_or_already_over() -> None:
    granted(30, days=40)
    posted(transfer(Flow.DONATE, 30, granted(30, days=5)))
    assert warn_of_expiry() == 0
    with clock.shift(timedelta(days=41)):
        assert warn_of_expiry() == 0


# --- what happens elsewhere --------------------------------------------------------------------------


def happened(*events: Event) -> None:
    records = [
        Recorded(
            **{
                **dict.fromkeys(Recorded._fields),
                "event_id": ids.new_id(),
                "occurred_at": clock.now(),
                "region": "gb",
                "name": event.wire,
            }
        )
        for event in events
    ]
    with db.transaction(owner="rewards"), handling(*records):
        handlers.earning.happened(events)


def gbp(amount: int) -> Money:
    return Money(amount=amount, currency="GBP")


def at_the_door(goods: Money | None) -> OrderDelivered:
    return OrderDelivered(
        order_id=ids.new_id(),
        customer_id=ids.new_id(),
        restaurant_id=ids.new_id(),
        courier_id=None,
        total=gbp(2500),
        delivered_at=clock.now(),
        goods=goods,
    )


def back(order: OrderDelivered, goods: Money | None) -> OrderRefunded:
    return OrderRefunded(
        order_id=order.order_id,
        customer_id=order.customer_id,
        amount=gbp(1000),
        refund_id=ids.new_id(),
        goods=goods,
    )


def test_orders_earn_and_refunds_take_back_as_they_are_told_of() -> None:
    order, without_goods = at_the_door(gbp(2000)), at_the_door(None)
    refund = back(order, gbp(500))
    for _ in range(2):
        happened(refund, order, without_goods, back(order, None), back(at_the_door(gbp(1)), gbp(5)))
    jobs.earn_points()
    jobs.take_back_points()
    assert [earning.pk for earning in Earning.objects.all()] == [order.order_id]
    assert [refund.goods for refund in EarningRefund.objects.all()] == [500]
    assert wallet(order.customer_id).pending == 75


def erased(customer) -> None:
    event = CustomerErased(customer_id=customer)
    record = Recorded(**{**dict.fromkeys(Recorded._fields), "region": "gb", "name": event.wire})
    for _ in range(2):
        with db.transaction(owner="rewards"), handling(record):
            handlers.earning.customer_erased(event)


def test_a_forgotten_customer_has_nothing_left_and_earns_nothing_more() -> None:
    customer = granted(50)
    confirmed(customer, 2000)
    late = earned(customer, 1000)
    promise = holds.hold(
        hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=60, region="gb"
    )
    erased(customer)
    assert forget_batch() == 0
    assert (wallet(customer).available, wallet(customer).held, wallet(customer).pending) == (0, 60, 50)
    holds.void_hold(hold_id=promise.id)
    with clock.shift(SETTLED):
        confirm_batch()
        assert forget_batch() == 1
        assert forget_batch() == 0
    assert breakage() == 200
    assert ForgottenCustomer.objects.get().due_at is None
    assert Earning.objects.get(pk=late).state is EarningState.CONFIRMED
    assert Earning.objects.get(pk=earned(customer, 5000)).state is EarningState.NOTHING
    assert LOOKED_AGAIN_AFTER < SETTLED


def test_points_that_come_to_a_forgotten_customer_later_go_too() -> None:
    customer = granted(50)
    promise = holds.hold(
        hold_id=ids.new_id(), customer_id=customer, order_id=ids.new_id(), points=50, region="gb"
    )
    holds.post_hold(hold_id=promise.id, points=50)
    other = granted(20)
    for each in (customer, other):
        erased(each)
    assert forget_batch() == 2
    holds.restore_hold(hold_id=promise.id, key="claim", points=30, reason="cold")
    assert forget_batch() == 0
    assert look_again_at_forgotten() == 1
    assert (forget_batch(), look_again_at_forgotten()) == (1, 0)
    assert (wallet(customer).available, breakage()) == (0, 50)


def test_another_customers_points_stay() -> None:
    other = granted(50)
    erased(granted(20))
    forget_batch()
    assert wallet(other).available == 50
