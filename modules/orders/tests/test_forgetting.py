"""A customer is forgotten: what is open is given up and settled, and no order knows where it went."""

from __future__ import annotations

from uuid import UUID

import pytest

from modules.delivery.interface import Delivery, DeliveryState
from modules.orders.interface import Orders, Status
from modules.orders.models import TimelineEntry
from modules.orders.services.requests import courier_request
from modules.orders.tests import scenes
from modules.orders.tests.scenes import order_of
from modules.orders.tests.test_journey import jobs_left, payment_of, ticket_of
from modules.payments.interface import PaymentState
from modules.restaurants.interface import TicketState
from tiffin.interfaces import call
from tiffin.models import CommandAnswer
from tiffin.testing import api, settle, unfinished

pytestmark = pytest.mark.database

PASSWORD = "a good password"


class Person:
    """A registered customer, who may go."""

    def __init__(self) -> None:
        self.client = api()
        signed_up = self.client.post(
            "/api/v1/auth/signup", {"email": "zofia@example.com", "password": PASSWORD}
        )
        token = signed_up.json()["meta"]["access_token"]
        self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        self.id = UUID(self.client.get("/api/v1/me").json()["id"])

    def goes(self) -> None:
        assert self.client.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204
        settle()


@pytest.fixture
def zofia(database) -> Person:
    return Person()


def place_of(order) -> tuple[object, ...]:
    found = order_of(order)
    return found.dropoff_lat, found.dropoff_lon, found.sealed


def test_an_order_that_waits_for_the_restaurant_is_given_up(kitchen, zofia) -> None:
    order = scenes.place(kitchen, zofia.id)
    settle()
    zofia.goes()
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.CANCELLED, "customer_erased")
    assert payment_of(order).state is PaymentState.VOIDED
    assert ticket_of(order).state is TicketState.WITHDRAWN
    cancelled = TimelineEntry.objects.get(order_id=order.id, axis="order", to_state="cancelled")
    assert (cancelled.cause, cancelled.note) == ("identity.customer_erased.v1", "customer_erased")
    assert place_of(order) == (None, None, "")
    assert jobs_left(order) == set()
    assert list(unfinished()) == []


def test_an_order_with_a_courier_is_given_up_and_paid_back(kitchen, zofia) -> None:
    order = scenes.place(kitchen, zofia.id)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    zofia.goes()
    ended = order_of(order)
    assert ended.status is Status.REFUNDED
    assert ended.captured == ended.refunded == order.total.amount
    (delivery,) = call(Delivery).get_many(order_ids=[order.id])
    assert (delivery.state, delivery.reason) == (DeliveryState.CANCELLED, "customer_erased")
    assert place_of(order) == (None, None, "")
    assert jobs_left(order) == set()


def test_an_order_that_was_delivered_stays_so(kitchen, zofia) -> None:
    order = scenes.place(kitchen, zofia.id)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    scenes.drop_off(courier, order)
    zofia.goes()
    assert order_of(order).status is Status.DELIVERED
    assert place_of(order) == (None, None, "")


def test_no_courier_is_sent_nowhere(kitchen, zofia) -> None:
    order = scenes.place(kitchen, zofia.id)
    zofia.goes()
    with pytest.raises(LookupError, match="forgotten"):
        courier_request(order_of(order))


def test_what_was_written_to_the_kitchen_is_forgotten(kitchen, zofia) -> None:
    order = call(Orders).place(
        key=scenes.new_key(),
        customer_id=zofia.id,
        quote=scenes.quote(kitchen, zofia.id).token,
        payment_method=scenes.VISA,
        note="Zofia, second floor",
    )
    settle()
    zofia.goes()
    assert (order_of(order).note, ticket_of(order).note) == ("", "")
    for module in ("orders", "restaurants"):
        kept = CommandAnswer.objects.using(module).all()
        assert kept
        assert not any(b"second floor" in bytes(answer.body) for answer in kept)
