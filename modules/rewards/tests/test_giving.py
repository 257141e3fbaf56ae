"""Giving: points at once and each month, money on top of orders, and what refunds take back."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connections
from hypothesis import given as for_any
from hypothesis import strategies as st

from modules.identity.events import CustomerErased
from modules.orders.events import OrderDelivered, OrderRefunded
from modules.rewards import selectors, services
from modules.rewards.events import StandingOrderSkipped
from modules.rewards.handlers.giving import customer_erased, given_with_orders
from modules.rewards.interface import (
    CharityUnknown,
    DonationInvalid,
    DonationState,
    GivingNotOffered,
    InsufficientPoints,
    StandingOrderUnknown,
    StandingState,
    TooManyStandingOrders,
    Transfer,
)
from modules.rewards.models import Donation, StandingOrder
from modules.rewards.policies import next_monthly
from modules.rewards.services import post, settling
from modules.rewards.services.giving import NotGiven, RoundUp, TakenBack
from modules.rewards.services.standing_orders import MOST_PER_CUSTOMER
from modules.rewards.states import AccountKind
from modules.rewards.tests.giving import a_charity, given, lies, payable, refunded, rounded_up
from modules.rewards.tests.points import granted
from tiffin import clock, db, ids
from tiffin.log import Event, Recorded
from tiffin.log.events import handling
from tiffin.models import LogEvent
from tiffin.money import Money
from tiffin.states import StateConflict

pytestmark = pytest.mark.database
WAITING = "SELECT 1 FROM pg_locks WHERE NOT granted"


def points_of(customer_id: UUID) -> int:
    return selectors.wallets([customer_id])[0].available


# --- points ---------------------------------------------------------------------------------------------


def test_points_are_given_for_what_they_are_worth() -> None:
    charity = a_charity()
    donation = given(charity, 250)
    # 100 points are worth 60 pence in Great Britain.
    assert (donation.amount, donation.currency) == (150, "GBP")
    assert points_of(donation.customer_id) == 250
    assert (payable(charity), lies(AccountKind.EXPENSE)) == (150, -150)
    assert lies(AccountKind.DONATED, unit="PTS") == 250


@pytest.mark.parametrize("points", [0, -5, 99, 100_001])
def test_too_few_and_too_many_are_refused(points: int) -> None:
    charity, customer = a_charity(), granted(200_000)
    with pytest.raises(DonationInvalid):
        services.donate(customer_id=customer, charity_id=charity.pk, points=points)
    assert points_of(customer) == 200_000


def test_more_than_one_has_is_not_given_at_all() -> None:
    charity, customer = a_charity(), granted(100)
    with pytest.raises(InsufficientPoints):
        services.donate(customer_id=customer, charity_id=charity.pk, points=200)
    assert (points_of(customer), payable(charity)) == (100, 0)
    assert not Donation.objects.exists()


def test_nothing_is_given_to_what_is_no_cause_any_more() -> None:
    customer = granted(500)
    for charity_id in (ids.new_id(), a_charity(active=False).pk):
        with pytest.raises(CharityUnknown):
            services.donate(customer_id=customer, charity_id=charity_id, points=100)
    with pytest.raises(GivingNotOffered):
        services.donate(customer_id=customer, charity_id=a_charity(currency="PLN").pk, points=100)


def test_causes_are_those_of_the_region_that_take_donations() -> None:
    a_charity(name="Trees")
    a_charity(name="Bees")
    a_charity(name="Closed", active=False)
    a_charity(name="Zupa", region="pl", currency="PLN")
    assert [cause.name for cause in selectors.causes("gb")] == ["Bees", "Trees"]


# --- on top of orders -----------------------------------------------------------------------------------


def test_what_was_given_with_an_order_is_payable_and_a_refund_takes_it_back() -> None:
    charity = a_charity()
    (donation,) = rounded_up(charity, 37)
    assert (payable(charity), lies(AccountKind.COLLECTED)) == (37, -37)
    donation = refunded(donation, 30)
    assert (payable(charity), donation.left) == (7, 7)
    donation = refunded(donation, 30)
    assert (payable(charity), donation.left, lies(AccountKind.COLLECTED)) == (0, 0, 0)
    assert selectors.state_of(donation) is DonationState.TAKEN_BACK


def test_an_order_that_was_never_delivered_has_nothing_to_take_back() -> None:
    back = TakenBack(ids.new_id(), ids.new_id(), Money(amount=10, currency="GBP"))
    with db.transaction(owner="rewards"):
        services.give_with_orders(refunds=[back])
    assert lies(AccountKind.COLLECTED) == 0


def test_events_of_orders_are_taken_together_and_once() -> None:
    charity, refunded_order = a_charity(), ids.new_id()
    events: list[Event] = [delivered(ids.new_id(), 20, charity.pk), delivered(refunded_order, 30, charity.pk)]
    events += [delivered(ids.new_id(), 0, None), refund(refunded_order, 30), refund(ids.new_id(), 0)]
    handled(events)
    assert payable(charity) == 20


def handled(events: list[Event]) -> None:
    """As a batch comes from the log."""
    records = [
        Recorded(
            shard=0,
            epoch=1,
            txid=1,
            position=position,
            day=date(2027, 1, 1),
            event_id=ids.new_id(),
            name=event.wire,
            key=ids.new_id(),
            seq=1,
            occurred_at=clock.now(),
            region="gb",
            actor="",
            correlation=None,
            causation=None,
            payload=b"",
        )
        for position, event in enumerate(events)
    ]
    with handling(*records), db.transaction(owner="rewards"):
        given_with_orders(events)


def delivered(order_id: UUID, amount: int, charity_id: UUID | None) -> OrderDelivered:
    pounds = Money(amount=amount, currency="GBP")
    return OrderDelivered(
        order_id=order_id,
        customer_id=ids.new_id(),
        restaurant_id=ids.new_id(),
        courier_id=None,
        total=Money(amount=2000, currency="GBP"),
        delivered_at=clock.now(),
        donation=pounds if amount else None,
        charity_id=charity_id,
    )


def refund(order_id: UUID, amount: int) -> OrderRefunded:
    pounds = Money(amount=amount, currency="GBP")
    return OrderRefunded(
        order_id=order_id,
        customer_id=ids.new_id(),
        amount=Money(amount=2000, currency="GBP"),
        refund_id=ids.new_id(),
        donation=pounds if amount else None,
    )


def test_orders_and_a_settlement_do_not_wait_for_each_other_in_a_circle(database, monkeypatch) -> None:
    charity = a_charity()
    (donation,) = rounded_up(charity, 50)
    batch = services.settle_now(charity.pk)
    events = [delivered(ids.new_id(), 20, charity.pk), refund(donation.order_id, 50)]

    def handled_elsewhere() -> None:
        try:
            handled(events)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as elsewhere:

        def posted_once_they_wait(*transfers: Transfer) -> None:
            """The settlement has its donations, and now wants what is payable."""
            orders.append(elsewhere.submit(handled_elsewhere))
            while not db.select(WAITING):
                pass
            post(*transfers)

        orders: list[Future[None]] = []
        monkeypatch.setattr(settling, "post", posted_once_they_wait)
        assert services.gather(batch.pk)
        orders[0].result()
    donation.refresh_from_db()
    assert (donation.batch_id, donation.borne, payable(charity)) == (batch.pk, 50, 20)


@pytest.mark.parametrize("currency", ["GBP", "PLN"])
def test_money_for_a_charity_that_is_not_there_is_for_staff(currency: str) -> None:
    charity_id = a_charity().pk if currency == "PLN" else ids.new_id()
    lost = RoundUp(ids.new_id(), ids.new_id(), charity_id, Money(amount=5, currency=currency))
    with pytest.raises(NotGiven), db.transaction(owner="rewards"):
        services.give_with_orders([lost])


# --- each month -----------------------------------------------------------------------------------------


def standing(points: int = 100, day: int = 15, **more: object) -> StandingOrder:
    customer = granted(250)
    return services.give_monthly(
        customer_id=customer, charity_id=a_charity(**more).pk, points=points, day=day
    )


def again(order: StandingOrder) -> StandingOrder:
    return StandingOrder.get(order.pk)


def skipped() -> list[StandingOrderSkipped]:
    """What customers were told, in its order."""
    rows = LogEvent.objects.using("rewards").filter(name=StandingOrderSkipped.wire).order_by("position")
    unread = dict.fromkeys(Recorded._fields)
    return [Recorded(**{**unread, "name": e.name, "payload": bytes(e.payload)}).decode() for e in rows]


def on(day: date) -> None:
    """The sweep comes by twice on that day, at noon in London."""
    with clock.hold(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
        services.give_what_is_due()
        services.give_what_is_due()


@for_any(day=st.integers(1, 31), after=st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_the_next_day_of_a_month_is_after_and_at_most_a_month_away(day: int, after: date) -> None:
    found = next_monthly(day, after)
    assert 1 <= (found - after).days <= 31
    assert found.day == day or (found.day < day and next_monthly(31, found).day <= 31)


def test_a_standing_order_gives_once_a_month() -> None:
    with clock.hold(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        order = standing(day=31)
        assert order.next_on == date(2027, 1, 31)
    on(date(2027, 1, 30))
    assert points_of(order.customer_id) == 250
    on(date(2027, 1, 31))
    assert (points_of(order.customer_id), again(order).next_on) == (150, date(2027, 2, 28))
    (donation,) = Donation.objects.all()
    assert (donation.source, donation.amount, donation.standing_order) == ("standing", 60, order)


def test_without_enough_points_a_month_is_skipped_and_told() -> None:
    with clock.hold(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        order = standing(points=300)
    on(date(2027, 1, 15))
    order = again(order)
    assert (order.skipped_on, order.next_on) == (date(2027, 1, 15), date(2027, 2, 15))
    assert [(each.reason, each.available) for each in skipped()] == [("insufficient_points", 250)]
    granted(100, order.customer_id)
    on(date(2027, 2, 15))
    assert (again(order).skipped_on, points_of(order.customer_id)) == (None, 50)


def test_a_month_that_is_skipped_for_another_reason_says_so() -> None:
    with clock.hold(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        order = standing()
    with clock.hold(datetime(2027, 1, 15, 12, tzinfo=UTC)):
        services.review_wallet(customer_id=order.customer_id, region="gb", why="a doubt")
    on(date(2027, 1, 15))
    assert [(each.reason, each.available) for each in skipped()] == [("wallet_under_review", 0)]


def test_months_in_which_nothing_ran_are_not_made_up_for() -> None:
    with clock.hold(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        order = standing()
    on(date(2027, 4, 20))
    assert (points_of(order.customer_id), again(order).next_on) == (150, date(2027, 5, 15))


def test_what_is_paused_or_stopped_or_for_a_closed_cause_gives_nothing() -> None:
    with clock.hold(datetime(2027, 1, 10, 12, tzinfo=UTC)):
        paused, stopped, closed = standing(), standing(), standing()
        for order, state in ((paused, StandingState.PAUSED), (stopped, StandingState.STOPPED)):
            services.change_standing_order(
                customer_id=order.customer_id, standing_order_id=order.id, state=state
            )
    closed.charity.active = False
    closed.charity.save()
    on(date(2027, 1, 20))
    assert not Donation.objects.exists()
    with clock.hold(datetime(2027, 1, 21, 12, tzinfo=UTC)):
        resumed = services.change_standing_order(
            customer_id=paused.customer_id,
            standing_order_id=paused.id,
            state=StandingState.ACTIVE,
            points=120,
        )
    assert (resumed.next_on, resumed.points) == (date(2027, 2, 15), 120)
    with pytest.raises(StateConflict):
        services.change_standing_order(
            customer_id=stopped.customer_id, standing_order_id=stopped.id, state=StandingState.ACTIVE
        )


def test_a_standing_order_is_its_customers_alone_and_there_are_not_too_many() -> None:
    order = standing()
    with pytest.raises(StandingOrderUnknown):
        services.change_standing_order(customer_id=ids.new_id(), standing_order_id=order.id, points=200)
    for _ in range(MOST_PER_CUSTOMER - 1):
        services.give_monthly(customer_id=order.customer_id, charity_id=order.charity_id, points=100, day=1)
    with pytest.raises(TooManyStandingOrders):
        services.give_monthly(customer_id=order.customer_id, charity_id=order.charity_id, points=100, day=1)


def test_who_is_forgotten_gives_no_more() -> None:
    order = standing()
    customer_erased(CustomerErased(customer_id=order.customer_id))
    assert again(order).state is StandingState.STOPPED
    assert again(order).next_on is None


# --- what was given -------------------------------------------------------------------------------------


def test_donations_are_listed_page_by_page_the_newest_first() -> None:
    charity, customer = a_charity(), ids.new_id()
    made = [given(charity, 100 + n, customer).pk for n in range(5)]
    first = selectors.donations(customer, after=None, size=3)
    second = selectors.donations(customer, after=first.next, size=3)
    assert [each.id for each in (*first.donations, *second.donations)] == made[::-1]
    assert second.next is None
    assert selectors.donations(ids.new_id(), after=first.next, size=3).donations == ()


def test_a_year_is_summed_by_charity_without_what_went_back() -> None:
    bees, customer = a_charity(name="Bees"), ids.new_id()
    with clock.hold(datetime(2027, 1, 1, 0, 30, tzinfo=UTC)):
        given(bees, 200, customer)
        given(bees, 100, customer)
    with clock.hold(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        given(a_charity(name="Trees"), 100, customer)
    year = selectors.year_of_giving(customer, region="gb", year=2027)
    assert [(line.charity, line.donations, line.amount.amount, line.points) for line in year.lines] == [
        ("Bees", 2, 180, 300)
    ]
    assert (year.total.amount, year.points) == (180, 300)
