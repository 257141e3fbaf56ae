"""Where a delivery went is forgotten with its customer, but not while somebody is on the way there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.delivery import handlers, services
from modules.delivery.interface import DeliveryState, Point
from modules.delivery.models import DeliveryTask
from modules.delivery.tests.streets import CAMDEN, SOHO, a_courier, a_delivery, accept, state_of, task_of
from modules.identity.events import CustomerErased
from tiffin import clock, db
from tiffin.testing import settle

pytestmark = pytest.mark.database


def erased(task: DeliveryTask) -> None:
    with db.transaction(owner="delivery"):
        handlers.forget_where_they_live(CustomerErased(customer_id=task.customer_id))
    settle()


def door(task: DeliveryTask) -> tuple[str, Point]:
    return task.dropoff.sealed, task.dropoff.point


def test_a_delivery_that_is_over_is_forgotten_at_once():
    courier, order_id = a_courier(SOHO), a_delivery()
    settle()
    accept(courier)
    services.pick_up(courier_id=courier, order_id=order_id)
    services.drop_off(courier_id=courier, order_id=order_id)
    assert door(task_of(order_id)) == ("sealed", CAMDEN)

    erased(task_of(order_id))

    assert door(task_of(order_id)) == ("", SOHO)
    assert state_of(order_id) is DeliveryState.DELIVERED


def test_a_courier_under_way_still_knows_where_to_go_and_then_it_is_forgotten():
    courier, order_id = a_courier(SOHO), a_delivery()
    settle()
    accept(courier)
    services.pick_up(courier_id=courier, order_id=order_id)

    erased(task_of(order_id))
    assert task_of(order_id).dropoff.point == CAMDEN
    services.drop_off(courier_id=courier, order_id=order_id)
    with clock.shift(timedelta(minutes=2)):
        settle()

    assert door(task_of(order_id)) == ("", SOHO)


def test_another_customers_door_stays_known():
    order_id, another = a_delivery(), a_delivery()

    erased(task_of(another))

    assert door(task_of(order_id)) == ("sealed", CAMDEN)


def test_what_is_called_off_needs_no_door():
    order_id = a_delivery()

    services.cancel(order_id=order_id, reason="customer_erased")

    assert door(task_of(order_id)) == ("", SOHO)
