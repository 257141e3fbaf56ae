"""What is promised when an order is placed never moves; what is expected does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.orders.interface import Fulfilment, LateStep, QuoteExpired, RestaurantPaused
from modules.orders.models import Order
from modules.orders.policies import PlacingFacts, PlacingPolicy
from modules.orders.selectors.tracking import RECENT, forget_history
from modules.orders.services.delaying import delay_food
from modules.orders.tests import scenes
from modules.restaurants.interface import Restaurants, Working
from tiffin import clock, db, ids
from tiffin.interfaces import call
from tiffin.testing import settle

pytestmark = pytest.mark.database


def tracking(order):
    return scenes.view(str(order.id)).tracking


def test_the_promise_is_made_with_the_order_and_stays(kitchen, customer) -> None:
    noon = scenes.london("2026-06-01 12:00")
    with clock.hold(noon):
        order = scenes.place(kitchen, customer)
        promised = order.tracking
        # 3 to answer, 20 to cook, 1.1 km at 230 m a minute, 4 at the door; 5 before and 10 after
        assert noon < promised.promised_from < promised.promised_by
        assert (promised.promised_from - noon, promised.promised_by - noon) == (
            timedelta(minutes=26),
            timedelta(minutes=42),
        )
        assert (promised.eta_from, promised.eta_by) == (promised.promised_from, promised.promised_by)
        settle()
    with clock.hold(noon + timedelta(minutes=8)):
        late = tracking(order)
        assert (late.late.step, late.late.since) == (LateStep.ANSWER, noon + timedelta(minutes=3))
        scenes.accept(order)
        seen = tracking(order)
    assert (seen.promised_from, seen.promised_by) == (promised.promised_from, promised.promised_by)
    assert seen.late is None
    # The kitchen says 12:28, so that it comes later than was promised by five minutes.
    assert seen.eta_by - promised.promised_by == timedelta(minutes=5)
    assert seen.behind_minutes == 5


def test_it_is_over_with_the_order_and_says_how_late_it_came(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    with clock.hold(order.tracking.promised_by + timedelta(minutes=7)):
        scenes.drop_off(courier, order)
        seen = tracking(order)
    assert (seen.eta_from, seen.eta_by, seen.late, seen.behind_minutes) == (None, None, None, 7)


def test_what_is_fetched_or_for_later_has_a_promise_too(kitchen, customer) -> None:
    with clock.hold(scenes.london("2026-06-01 12:00")):
        fetched = scenes.place(kitchen, customer, fulfilment=Fulfilment.PICKUP).tracking
        assert fetched.promised_from == scenes.london("2026-06-01 12:23")
        wanted_at = scenes.london("2026-06-01 18:00")
        later = scenes.place(kitchen, customer, wanted_at=wanted_at).tracking
    assert later.promised_from < wanted_at < later.promised_by
    assert later.promised_by - later.promised_from == timedelta(minutes=15)


def test_a_restaurant_whose_orders_come_late_promises_less(kitchen, customer) -> None:
    first = scenes.place(kitchen, customer)
    _came_late(kitchen, first, minutes=12, times=8)
    forget_history()
    with clock.hold(first.placed_at):
        second = scenes.place(kitchen, customer)
    assert second.tracking.promised_by - first.tracking.promised_by == timedelta(minutes=12)


@pytest.mark.parametrize("why", ["it says so", "it has much to do"])
def test_a_kitchen_that_is_busy_promises_less(kitchen, customer, why) -> None:
    """Great Britain has a kitchen with half of the orders that it can have take ten minutes longer."""
    key, noon = scenes.new_key, scenes.london("2026-06-01 12:00")
    with clock.hold(noon):
        first = scenes.place(kitchen, customer)
        assert scenes.quote(kitchen, customer).ready_in_minutes == 20
        if why == "it says so":
            until = noon + timedelta(hours=1)
            call(Restaurants).set_busy(key=key(), restaurant_id=kitchen.id, minutes=10, until=until)
        else:
            habits = Working(open_orders_limit=2)
            call(Restaurants).set_working(key=key(), restaurant_id=kitchen.id, wanted=habits)
        settle()
        assert scenes.quote(kitchen, customer).ready_in_minutes == 30
        busy = scenes.place(kitchen, customer)
    assert busy.tracking.promised_by - first.tracking.promised_by == timedelta(minutes=10)


def _came_late(kitchen, like, *, minutes: int, times: int) -> None:
    """So many of the restaurant's orders came so much later than the kitchen and the way would have it."""
    ready_at = clock.now() - timedelta(days=1)
    row = Order.objects.get(pk=like.id)
    on_the_way = timedelta(minutes=row.distance_m / 230 + 4)
    for number in range(min(times, RECENT)):
        row.pk = row.quote_id = ids.new_id()
        row.accepted_at = row.ready_at = ready_at + timedelta(minutes=number)
        row.delivered_at = row.ready_at + on_the_way + timedelta(minutes=minutes)
        row.save(force_insert=True)


def test_a_kitchen_that_needs_longer_moves_the_estimate_and_says_so(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    before = tracking(order)
    ready_at = Order.objects.get(pk=order.id).ready_at + timedelta(minutes=15)
    for _ in range(2):
        with db.transaction():
            delay_food(Order.lock(order.id), ready_at=ready_at, reason="many_orders", cause="test")
    after = tracking(order)
    assert after.eta_by - before.eta_by == timedelta(minutes=15)
    assert after.promised_by == before.promised_by
    notes = [entry.note for entry in scenes.order_of(order).timeline.all()]
    assert notes.count("many_orders") == 1


def test_a_policy_is_told_when_the_food_can_leave_the_kitchen(kitchen, customer, monkeypatch) -> None:
    """Of an order for later: the way to the door before it is wanted."""
    seen: list[PlacingFacts] = []
    monkeypatch.setattr(PlacingPolicy, "refusal", lambda _, facts: seen.append(facts))
    wanted_at = scenes.london("2026-06-01 18:00")
    with clock.hold(scenes.london("2026-06-01 12:00")):
        scenes.quote(kitchen, customer, wanted_at=wanted_at)
        scenes.quote(kitchen, customer, wanted_at=wanted_at, fulfilment=Fulfilment.PICKUP)
        scenes.quote(kitchen, customer)
    told = [f"{facts.ready_at_local:%H:%M}" for facts in seen]
    assert told == ["17:40", "18:00", "12:20"]


def test_a_kitchen_with_more_to_do_promises_longer_and_then_nothing(kitchen, customer) -> None:
    """Full with four open orders: ten minutes longer from two on, twenty from three on."""
    call(Restaurants).set_working(
        key=scenes.new_key(), restaurant_id=kitchen.id, wanted=Working(open_orders_limit=4)
    )
    noon = scenes.london("2026-06-01 12:00")
    orders, said = [], []
    with clock.hold(noon):
        for _ in range(4):
            ready = scenes.quote(kitchen, customer).ready_in_minutes
            orders.append(scenes.place(kitchen, customer))
            said.append((ready, (orders[-1].tracking.promised_by - noon) // timedelta(minutes=1)))
            settle()
        with pytest.raises(RestaurantPaused) as full:
            scenes.quote(kitchen, customer)
    assert said == [(20, 42), (20, 42), (30, 52), (40, 62)]
    assert "12:05" in full.value.sentence
    assert tracking(orders[0]).promised_by == orders[0].tracking.promised_by
    with clock.hold(noon + timedelta(minutes=1)):
        for order in orders:
            scenes.reject(order)
    with clock.hold(noon + timedelta(minutes=2)):
        settle()
        assert scenes.quote(kitchen, customer).ready_in_minutes == 20


def test_a_kitchen_that_says_it_is_busy_promises_longer_for_so_long(kitchen, customer) -> None:
    noon = scenes.london("2026-06-01 12:00")
    with clock.hold(noon):
        usual = scenes.place(kitchen, customer).tracking
        until = noon + timedelta(hours=1)
        call(Restaurants).set_busy(key=scenes.new_key(), restaurant_id=kitchen.id, minutes=15, until=until)
        settle()
        assert scenes.quote(kitchen, customer).ready_in_minutes == 35
        busy = scenes.place(kitchen, customer).tracking
    assert busy.promised_by - usual.promised_by == timedelta(minutes=15)
    with clock.hold(until + timedelta(minutes=1)):
        settle()
        assert scenes.quote(kitchen, customer).ready_in_minutes == 20


def test_the_end_of_a_price_is_said_on_the_regions_clock(kitchen, customer) -> None:
    with clock.hold(scenes.london("2026-06-01 12:00")):
        token = scenes.quote(kitchen, customer).token
    with clock.hold(scenes.london("2026-06-01 13:00")), pytest.raises(QuoteExpired) as refused:
        scenes.place_token(customer, token)
    assert "12:15" in str(refused.value)
