"""From the restaurant's door to the customer's, over HTTP as couriers do it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.delivery import services
from modules.delivery.interface import DeliveryState, DeliveryStateConflict, DeliveryUnknown
from modules.delivery.models import DeliveryTask
from modules.delivery.selectors import positions_of
from modules.delivery.tests.streets import (
    CAMDEN,
    SOHO,
    a_courier,
    a_delivery,
    a_delivery_home,
    accept,
    as_courier,
    published,
    state_of,
    task_of,
    waits_for,
)
from tiffin import clock, ids
from tiffin.context import EVERY_REGION, Actor, ActorKind
from tiffin.testing import api, settle

pytestmark = pytest.mark.database


def test_the_whole_way_over_http():
    courier_id = ids.new_id()
    me = as_courier(courier_id)
    shift = me.post("/api/v1/courier/shift", {"position": {"lat": SOHO.lat, "lon": SOHO.lon}})
    assert shift.json() == {"id": str(courier_id), "region": "gb", "on_shift": True, "waiting": True}
    order_id = a_delivery_home()
    settle()

    (offer,) = me.get("/api/v1/courier/offers").json()["offers"]
    assert offer["pickup"]["name"] == "Ember & Rye"
    assert 2500 < offer["distance_m"] < 3500
    taken = me.post(f"/api/v1/courier/offers/{offer['id']}/accept").json()
    assert taken["dropoff"]["address"]["street"] == "12 Frith Street"
    assert me.get("/api/v1/courier/offers").json() == {"offers": []}
    assert me.post(f"/api/v1/courier/deliveries/{order_id}/pick-up").json()["state"] == "picked_up"
    (under_way,) = me.get("/api/v1/courier/deliveries").json()["deliveries"]
    assert under_way["order_id"] == str(order_id)
    assert me.post(f"/api/v1/courier/deliveries/{order_id}/drop-off").json()["state"] == "delivered"

    assert published(order_id) == ["CourierAssigned", "CourierPickedUp", "DeliveryCompleted"]
    assert waits_for(order_id) is None
    assert me.delete("/api/v1/courier/shift").json()["on_shift"] is False


def test_saying_so_again_changes_nothing():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    accept(courier)

    for _ in range(2):
        services.pick_up(courier_id=courier, order_id=order_id)
    for _ in range(2):
        services.drop_off(courier_id=courier, order_id=order_id)

    assert published(order_id) == ["CourierAssigned", "CourierPickedUp", "DeliveryCompleted"]


def test_what_was_not_picked_up_cannot_be_dropped_off():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    accept(courier)

    answer = as_courier(courier).post(f"/api/v1/courier/deliveries/{order_id}/drop-off")

    assert (answer.status_code, answer.json()["code"]) == (409, "delivery_state_conflict")
    assert state_of(order_id) is DeliveryState.ASSIGNED


def test_a_delivery_is_only_its_couriers():
    courier, another = a_courier(SOHO), a_courier(CAMDEN)
    order_id = a_delivery()
    settle()
    accept(courier)

    answer = as_courier(another).post(f"/api/v1/courier/deliveries/{order_id}/pick-up")

    assert (answer.status_code, answer.json()["code"]) == (404, "delivery_unknown")
    assert as_courier(another).get("/api/v1/courier/deliveries").json() == {"deliveries": []}


def test_a_late_accept_is_told_that_the_offer_is_gone():
    answer = as_courier(a_courier(SOHO)).post(f"/api/v1/courier/offers/{ids.new_id()}/accept")

    assert (answer.status_code, answer.json()["code"]) == (409, "offer_gone")


def test_what_one_passes_is_offered_to_another():
    courier, another = a_courier(SOHO), a_courier(CAMDEN)
    a_delivery()
    settle()
    me, they = as_courier(courier), as_courier(another)
    (offer,) = me.get("/api/v1/courier/offers").json()["offers"]

    assert me.post(f"/api/v1/courier/offers/{offer['id']}/pass").status_code == 204
    settle()

    assert me.get("/api/v1/courier/offers").json() == {"offers": []}
    assert len(they.get("/api/v1/courier/offers").json()["offers"]) == 1
    late = me.post(f"/api/v1/courier/offers/{offer['id']}/accept")
    assert (late.status_code, late.json()["code"]) == (409, "offer_gone")


def test_an_erased_customer_has_no_address():
    courier = a_courier(SOHO)
    a_delivery(sealed="what nobody can open")
    settle()
    accept(courier)

    (mine,) = as_courier(courier).get("/api/v1/courier/deliveries").json()["deliveries"]

    assert mine["dropoff"]["address"] is None


def test_couriers_are_couriers_in_their_region():
    customer = api(Actor(kind=ActorKind.CUSTOMER, id=ids.new_id()))
    stranger = as_courier(ids.new_id()).post("/api/v1/courier/shift", {"region": "pl"})

    assert customer.get("/api/v1/courier/offers").status_code == 403
    assert api().get("/api/v1/courier/offers").status_code == 401
    assert (stranger.status_code, stranger.json()["code"]) == (403, "region_not_yours")


def test_positions_are_shown_while_under_way_and_never_kept_in_the_database():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    accept(courier)

    told = as_courier(courier).post("/api/v1/courier/position", {"lat": CAMDEN.lat, "lon": CAMDEN.lon})
    (seen,) = positions_of([order_id])

    assert told.status_code == 204
    assert abs(seen.point.lat - CAMDEN.lat) < 0.001
    services.pick_up(courier_id=courier, order_id=order_id)
    services.drop_off(courier_id=courier, order_id=order_id)
    assert positions_of([order_id]) == []


def test_nonsense_is_no_position():
    answer = as_courier(a_courier(SOHO)).post("/api/v1/courier/position", {"lat": 123, "lon": "there"})

    assert answer.status_code == 422
    assert {each["path"] for each in answer.json()["errors"]} == {"/lat", "/lon"}


def test_an_order_has_one_delivery_however_often_it_is_asked_for():
    order_id = a_delivery()
    task = task_of(order_id)

    services.request(
        order_id=order_id,
        region="gb",
        pickup=task.pickup,
        dropoff=task.dropoff,
        ready_at=task.ready_at,
        fee=task.money,
    )

    assert DeliveryTask.objects.count() == 1


def test_it_can_be_called_off_until_it_is_picked_up():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    accept(courier)

    services.cancel(order_id=order_id, reason="customer")
    services.cancel(order_id=order_id, reason="customer")

    assert published(order_id) == ["CourierAssigned", "DeliveryCancelled"]
    assert waits_for(order_id) is None
    with pytest.raises(DeliveryStateConflict):
        services.pick_up(courier_id=courier, order_id=order_id)


def test_what_is_under_way_to_the_customer_is_not_called_off():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    accept(courier)
    services.pick_up(courier_id=courier, order_id=order_id)

    with pytest.raises(DeliveryStateConflict):
        services.cancel(order_id=order_id, reason="customer")
    with pytest.raises(DeliveryUnknown):
        services.cancel(order_id=ids.new_id(), reason="customer")


def test_what_never_arrives_is_lost():
    courier = a_courier(SOHO)
    order_id = a_delivery()
    settle()
    accept(courier)
    services.pick_up(courier_id=courier, order_id=order_id)

    with clock.shift(timedelta(seconds=10801)):
        settle()

    assert (state_of(order_id), task_of(order_id).reason) == (DeliveryState.FAILED, "lost")
    assert published(order_id)[-1] == "DeliveryFailed"


def test_a_courier_without_a_grant_works_nowhere():
    nobody = api(Actor(kind=ActorKind.COURIER, id=ids.new_id()))

    for body in ({"region": "gb"}, {}):
        answer = nobody.post("/api/v1/courier/shift", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "region_not_yours")


def test_a_courier_of_every_region_says_which():
    anywhere = api(Actor(kind=ActorKind.COURIER, id=ids.new_id(), regions=(EVERY_REGION,)))

    assert anywhere.post("/api/v1/courier/shift", {}).status_code == 403
    assert anywhere.post("/api/v1/courier/shift", {"region": "gb"}).status_code == 200
