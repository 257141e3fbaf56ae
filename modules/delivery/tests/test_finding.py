"""Finding a courier: who is asked, in which order, and what happens when nobody answers."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import redis
from django.conf import settings
from django.db import connections

from modules.delivery import positions, services
from modules.delivery.interface import CourierBusy, DeliveryState, OfferGone, Point
from modules.delivery.tests.streets import (
    CAMDEN,
    COVENT_GARDEN,
    NO_SHOW_TIME,
    OFFER_TIME,
    SEARCH_TIME,
    SOHO,
    a_courier,
    a_delivery,
    accept,
    offer_for,
    offered,
    published,
    state_of,
    task_of,
    waits_for,
)
from tiffin import clock
from tiffin.testing import settle

pytestmark = pytest.mark.database

FAR_AWAY = Point(lat=54.9783, lon=-1.6178)
A_MOMENT = timedelta(seconds=4)


def test_the_nearest_courier_is_asked_first():
    far, near = a_courier(CAMDEN), a_courier(COVENT_GARDEN)

    order_id = a_delivery()
    settle()

    assert offered(near).order_id == order_id
    assert offer_for(far) is None
    assert state_of(order_id) is DeliveryState.OFFERED


def test_whoever_does_not_answer_is_followed_by_the_next():
    far, near = a_courier(CAMDEN), a_courier(COVENT_GARDEN)
    a_delivery()
    settle()

    with clock.shift(OFFER_TIME):
        settle()

        assert offer_for(near) is None
        assert offered(far)


def test_the_only_courier_is_asked_again():
    only = a_courier(SOHO)
    a_delivery()
    settle()
    first = offered(only)

    with clock.shift(OFFER_TIME):
        settle()

        assert offered(only).id != first.id


def test_whoever_passes_is_not_asked_again():
    only = a_courier(SOHO)
    order_id = a_delivery()
    settle()

    services.pass_offer(courier_id=only, offer_id=offered(only).id)
    settle()

    assert offer_for(only) is None
    assert state_of(order_id) is DeliveryState.SEARCHING


def test_a_courier_on_the_way_is_left_alone():
    courier = a_courier(SOHO)
    a_delivery()
    settle()
    accept(courier)

    second = a_delivery()
    settle()

    assert offer_for(courier) is None
    assert state_of(second) is DeliveryState.SEARCHING


def test_a_courier_has_one_offer_at_a_time():
    courier = a_courier(SOHO)
    first, second = a_delivery(), a_delivery()
    settle()

    assert {state_of(first), state_of(second)} == {DeliveryState.OFFERED, DeliveryState.SEARCHING}
    assert offered(courier)


def test_a_courier_who_comes_later_is_found():
    order_id = a_delivery()
    settle()
    assert state_of(order_id) is DeliveryState.SEARCHING

    courier = a_courier(SOHO)
    with clock.shift(A_MOMENT):
        settle()
        assert offered(courier).order_id == order_id


def test_couriers_work_in_their_region():
    a_courier(SOHO, region="pl")

    order_id = a_delivery()
    settle()

    assert state_of(order_id) is DeliveryState.SEARCHING


def test_without_positions_whoever_waited_longest_is_asked():
    busy_before = a_courier(SOHO)
    first = a_delivery()
    settle()
    accept(busy_before)
    services.pick_up(courier_id=busy_before, order_id=first)
    services.drop_off(courier_id=busy_before, order_id=first)
    rested = a_courier()
    redis.Redis.from_url(settings.REDIS_URL).flushdb()

    a_delivery()
    settle()

    assert offered(rested)
    assert offer_for(busy_before) is None


@pytest.mark.parametrize("where", [None, FAR_AWAY])
def test_while_somebodys_place_is_known_nobody_is_sent_for_from_anywhere(where):
    near = a_courier(SOHO)
    a_delivery()
    settle()
    accept(near)
    elsewhere = a_courier(where)

    second = a_delivery()
    settle()

    assert offer_for(elsewhere) is None
    assert state_of(second) is DeliveryState.SEARCHING


def test_whoever_is_free_is_found_behind_many_who_are_not(monkeypatch):
    monkeypatch.setattr(positions, "NEAREST", 2)
    for _ in range(3):
        near = a_courier(SOHO)
        a_delivery()
        settle()
        accept(near)
    free = a_courier(CAMDEN)

    order_id = a_delivery()
    settle()

    assert offered(free).order_id == order_id


def test_whoever_was_not_asked_yet_is_found_behind_those_who_did_not_answer(monkeypatch):
    monkeypatch.setattr(positions, "NEAREST", 2)
    for place in (SOHO, COVENT_GARDEN):
        a_courier(place)
    farther = a_courier(CAMDEN)
    a_delivery()
    settle()

    for times in (1, 2):
        with clock.shift(OFFER_TIME * times):
            settle()

            assert (offer_for(farther) is not None) is (times == 2)


def test_redis_out_of_reach_stops_nobody(monkeypatch):
    positions._client.cache_clear()
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    courier = a_courier(SOHO)

    a_delivery()
    settle()
    positions._client.cache_clear()

    assert offered(courier)


def test_old_positions_fade():
    gone, here = a_courier(SOHO), a_courier(CAMDEN)

    with clock.shift(timedelta(minutes=3)):
        positions.report(here, region="gb", point=CAMDEN)
        near = positions.nearest("gb", SOHO)

    assert near is not None
    assert [each.courier_id for each in near] == [here]
    assert gone not in {each.courier_id for each in near}


def test_nobody_found_in_time_is_a_failure():
    order_id = a_delivery()
    settle()

    with clock.shift(SEARCH_TIME):
        settle()

    assert (state_of(order_id), task_of(order_id).reason) == (DeliveryState.FAILED, "no_courier")
    assert published(order_id) == ["DeliveryFailed"]
    assert waits_for(order_id) is None


def test_an_offer_open_when_time_is_over_ends_with_it():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    with clock.shift(SEARCH_TIME - timedelta(seconds=10)):
        settle()
        assert offered(courier)

    with clock.shift(SEARCH_TIME):
        settle()

    assert state_of(order_id) is DeliveryState.FAILED
    assert offer_for(courier) is None


def test_an_expired_offer_cannot_be_taken():
    courier = a_courier(SOHO)
    a_delivery()
    settle()
    offer = offered(courier)

    with clock.shift(OFFER_TIME), pytest.raises(OfferGone):
        services.accept_offer(courier_id=courier, offer_id=offer.id)


def test_an_offer_is_for_one_courier_only():
    courier, another = a_courier(SOHO), a_courier(CAMDEN)
    a_delivery()
    settle()

    with pytest.raises(OfferGone):
        services.accept_offer(courier_id=another, offer_id=offered(courier).id)


def test_of_two_who_accept_at_the_same_moment_one_has_it():
    """The first is late by a moment, while the second is asked and answers."""
    first, second = a_courier(COVENT_GARDEN), a_courier(CAMDEN)
    order_id = a_delivery()
    settle()
    late = offered(first)
    with clock.shift(OFFER_TIME):
        settle()
        results = at_once(
            lambda: services.accept_offer(courier_id=first, offer_id=late.id),
            lambda: services.accept_offer(courier_id=second, offer_id=offered(second).id),
        )

    assert isinstance(results[0], OfferGone)
    assert task_of(order_id).courier_id == second
    assert published(order_id) == ["CourierAssigned"]


def test_accepting_and_calling_off_at_the_same_moment_leaves_one_truth():
    for _ in range(5):
        courier = a_courier(SOHO)
        order_id = a_delivery()
        settle()
        offer = offered(courier)
        at_once(
            lambda courier=courier, offer=offer: services.accept_offer(courier_id=courier, offer_id=offer.id),
            lambda order_id=order_id: services.cancel(order_id=order_id, reason="customer"),
        )
        task = task_of(order_id)
        assert task.state is DeliveryState.CANCELLED
        assert published(order_id) in (
            ["DeliveryCancelled"],
            ["CourierAssigned", "DeliveryCancelled"],
        )
        services.end_shift(courier_id=courier)


def test_taking_it_twice_is_taking_it():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    offer = offered(courier)

    results = at_once(*[lambda: services.accept_offer(courier_id=courier, offer_id=offer.id)] * 4)

    assert not [result for result in results if isinstance(result, Exception)]
    assert published(order_id) == ["CourierAssigned"]


def test_a_courier_who_never_comes_is_replaced():
    no_show, other = a_courier(SOHO), a_courier(CAMDEN)
    order_id = a_delivery()
    settle()
    accept(no_show)

    with clock.shift(NO_SHOW_TIME):
        settle()

        assert offered(other).order_id == order_id
        assert offer_for(no_show) is None
        assert published(order_id) == ["CourierAssigned", "CourierUnassigned"]

        with clock.shift(SEARCH_TIME):
            settle()
            assert state_of(order_id) is DeliveryState.FAILED


def test_ending_a_shift_passes_the_offer_on():
    leaving, other = a_courier(SOHO), a_courier(CAMDEN)
    a_delivery()
    settle()
    assert offered(leaving)

    services.end_shift(courier_id=leaving)
    settle()

    assert offered(other)
    assert offer_for(leaving) is None


def test_nobody_leaves_in_the_middle_of_a_delivery():
    courier = a_courier(SOHO)
    a_delivery()
    settle()
    accept(courier)

    with pytest.raises(CourierBusy):
        services.end_shift(courier_id=courier)


def at_once(*actions):
    """What each action gave or raised, all started at the same moment on connections of their own."""
    start = Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(number, action):
        start.wait()
        try:
            results[number] = action()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
