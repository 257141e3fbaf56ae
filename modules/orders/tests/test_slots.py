"""Ordering for later: times the restaurant is open for, places that two customers cannot both take."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from modules.orders.interface import Fulfilment, Orders, PlacingRefused, RestaurantClosed, Status
from modules.orders.models import Order, SlotUse
from modules.orders.services import place_order
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import jobs_left, payment_of, ticket_of
from modules.restaurants.interface import RestaurantId, Restaurants
from tiffin import clock, ids
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.testing import api, settle

pytestmark = pytest.mark.database

# Noon in London, in summer. The restaurant has 10 minutes to answer and cooks for 20, the way takes 20.
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NOON = scenes.london("2026-06-01 12:00")


@pytest.fixture(autouse=True)
def noon():
    with clock.hold(NOON):
        yield


def slots(kitchen, fulfilment: Fulfilment = Fulfilment.DELIVERY) -> dict[str, bool]:
    """Whether each is free, by its beginning on London's clocks."""
    found = call(Orders).slots(restaurant_id=kitchen.id, fulfilment=fulfilment)
    london = ZoneInfo("Europe/London")
    return {f"{slot.starts_at.astimezone(london):%d %H:%M}": slot.is_free for slot in found}


def takes(kitchen, places: int | None) -> None:
    call(Restaurants).set_capacity(
        key=scenes.new_key(), restaurant_id=RestaurantId(kitchen.id), orders_per_slot=places
    )
    settle()


def at(moment: str) -> datetime:
    return scenes.london(f"2026-06-{moment}")


def place(kitchen, customer, moment: str, **more) -> Order:
    token = scenes.quote(kitchen, customer, wanted_at=at(moment), **more).token
    return place_order(customer_id=customer, quote=token or "", payment_method=scenes.VISA)


def test_the_first_slot_leaves_time_to_answer_to_cook_and_to_bring(kitchen) -> None:
    assert next(iter(slots(kitchen))) == "01 13:00"
    assert next(iter(slots(kitchen, Fulfilment.PICKUP))) == "01 12:30"
    assert list(slots(kitchen))[-1] == "03 12:00"


def test_slots_lie_within_opening_hours(database) -> None:
    """It is asked 50 minutes before, or 30 where nobody has to bring it, and is there then too."""
    kitchen = scenes.open_kitchen(hours="Mo 14:00-15:15; Tu 10:00-10:15")
    assert list(slots(kitchen)) == ["01 15:00"]
    assert list(slots(kitchen, Fulfilment.PICKUP)) == ["01 14:30", "01 14:45", "01 15:00"]


def test_a_closed_restaurant_can_be_ordered_from_for_later(database, customer) -> None:
    kitchen = scenes.open_kitchen(hours="Mo-Su 18:00-22:00")
    with pytest.raises(RestaurantClosed):
        scenes.quote(kitchen, customer)
    with pytest.raises(RestaurantClosed):
        scenes.quote(kitchen, customer, wanted_at=at("01 17:00"))
    quote = scenes.quote(kitchen, customer, wanted_at=at("01 19:00"))
    assert quote.wanted_at == at("01 19:00")


@pytest.mark.parametrize(
    "moment", [datetime(2026, 6, 4, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC), LAST, FIRST]
)
def test_a_time_out_of_reach_is_refused_whatever_it_is(database, customer, moment) -> None:
    kitchen = scenes.open_kitchen(hours="Mo-Su 10:00-22:00")
    with pytest.raises(PlacingRefused) as refused:
        scenes.quote(kitchen, customer, wanted_at=moment)
    assert refused.value.sentence == "Orders are taken up to 2 days beforehand; please choose another time."


@pytest.mark.parametrize("moment", ["01 12:15", "01 13:05"])
def test_a_time_that_is_no_slot_is_refused_with_a_sentence(kitchen, customer, moment) -> None:
    """Too soon, in the middle of one."""
    with pytest.raises(PlacingRefused) as refused:
        scenes.quote(kitchen, customer, wanted_at=at(moment))
    assert f"for 2026-06-{moment}; please choose another time." in refused.value.sentence


def test_slots_are_counted_through_the_night_when_the_clocks_change(database) -> None:
    with clock.hold(scenes.london("2026-10-24 23:00")):
        kitchen = scenes.open_kitchen()
        found = [slot.starts_at for slot in call(Orders).slots(restaurant_id=kitchen.id)]
    assert {after - before for before, after in pairwise(found)} == {timedelta(minutes=15)}


@pytest.mark.parametrize("moment", ["2026-10-25T00:45:00+00:00", "2026-10-25T01:20:00+00:00"])
def test_no_slot_is_too_soon_in_the_hour_that_comes_twice(database, moment) -> None:
    now = datetime.fromisoformat(moment)
    with clock.hold(now):
        kitchen = scenes.open_kitchen()
        found = call(Orders).slots(restaurant_id=kitchen.id, fulfilment=Fulfilment.PICKUP)
    assert timedelta(minutes=30) <= found[0].starts_at - now < timedelta(minutes=45)


def test_a_limit_that_comes_later_counts_what_was_taken_before(kitchen) -> None:
    for _ in range(3):
        place(kitchen, ids.new_id(), "01 18:00")
    takes(kitchen, 3)
    assert slots(kitchen)["01 18:00"] is False
    takes(kitchen, 4)
    place(kitchen, ids.new_id(), "01 18:00")
    assert slots(kitchen)["01 18:00"] is False


def test_an_order_for_tomorrow_is_not_forgotten_on_the_counter(kitchen, customer) -> None:
    """Placed a day before, ready on time, and fetched half an hour late."""
    order = place(kitchen, customer, "02 18:00", fulfilment=Fulfilment.PICKUP)
    settle()
    with clock.hold(at("02 17:35")):
        settle()
        scenes.accept(order)
        scenes.ready(order)
    with clock.hold(at("02 18:40")):
        settle()
        assert order_of(order).status is Status.READY
        scenes.hand_over(order)
        assert order_of(order).status is Status.DELIVERED


def test_the_restaurant_is_asked_in_time_and_not_before(kitchen, customer) -> None:
    order = place(kitchen, customer, "01 18:00")
    settle()
    waiting = order_of(order)
    assert waiting.status is Status.WAITING_FOR_RESTAURANT
    assert payment_of(order).authorised.amount == order.total
    assert call(Restaurants).get_tickets(order_ids=[order.id]) == []
    assert waiting.waits_until == at("01 17:20")
    with clock.hold(at("01 17:09")):
        settle()
        assert call(Restaurants).get_tickets(order_ids=[order.id]) == []
    with clock.hold(at("01 17:10")):
        settle()
        assert ticket_of(order).wanted_at == at("01 18:00")


def test_a_restaurant_that_does_not_answer_in_time_gives_the_money_back(kitchen, customer) -> None:
    order = place(kitchen, customer, "01 18:00")
    settle()
    with clock.hold(at("01 17:10")):
        settle()
    with clock.hold(at("01 17:21")):
        settle()
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.CANCELLED, "restaurant_no_answer")
    assert jobs_left(order) == set()


def test_the_last_place_is_taken_once(kitchen) -> None:
    takes(kitchen, 2)
    customers = [ids.new_id() for _ in range(6)]
    tokens = [scenes.quote(kitchen, each, wanted_at=at("01 18:00")).token for each in customers]
    start, outcomes = threading.Barrier(6), []

    def press(customer, token) -> None:
        start.wait()
        try:
            outcomes.append(place_order(customer_id=customer, quote=token, payment_method=scenes.VISA))
        except PlacingRefused as refusal:
            outcomes.append(refusal.sentence)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press, args=each) for each in zip(customers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [each for each in outcomes if isinstance(each, str)]
    assert refused == ["The last place at 2026-06-01 18:00 has been taken; please choose another time."] * 4
    assert Order.objects.count() == SlotUse.objects.count() == 2
    assert sorted(SlotUse.objects.values_list("number", flat=True)) == [1, 2]


def test_a_full_slot_is_not_free_and_cannot_be_quoted(kitchen, customer) -> None:
    takes(kitchen, 1)
    place(kitchen, customer, "01 18:00")
    assert slots(kitchen)["01 18:00"] is False
    assert slots(kitchen)["01 18:15"] is True
    with pytest.raises(PlacingRefused):
        scenes.quote(kitchen, customer, wanted_at=at("01 18:00"))


def test_a_cancelled_order_gives_its_place_to_somebody_else(kitchen, customer) -> None:
    takes(kitchen, 1)
    order = place(kitchen, customer, "01 18:00")
    scenes.cancel(scenes.view(str(order.id)))
    settle()
    assert slots(kitchen)["01 18:00"] is True
    place(kitchen, ids.new_id(), "01 18:00")


def test_a_restaurant_without_a_limit_takes_as_many_as_come(kitchen, customer) -> None:
    takes(kitchen, 1)
    takes(kitchen, None)
    for _ in range(3):
        place(kitchen, customer, "01 18:00")
    assert slots(kitchen)["01 18:00"] is True


def test_slots_over_http(kitchen) -> None:
    answer = api().get(f"/api/v1/slots?restaurant_id={kitchen.id}&fulfilment=pickup")
    first = answer.json()["slots"][0]
    assert first == {
        "starts_at": "2026-06-01T11:30:00Z",
        "ends_at": "2026-06-01T11:45:00Z",
        "is_free": True,
    }
    assert api().get(f"/api/v1/slots?restaurant_id={ids.new_id()}").json()["code"] == "restaurant_unknown"


def test_nothing_is_left_to_do_before_the_time(kitchen, customer) -> None:
    order = place(kitchen, customer, "01 18:00")
    settle()
    due = dict(Job.objects.using("orders").filter(key=order.id).values_list("name", "due"))
    assert due == {"offer_to_restaurant": at("01 17:10"), "restaurant_overdue": at("01 17:20")}
