"""An order's whole way, and every way in which it can end early: the money is right each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modules.orders.interface import Status
from modules.orders.models import TimelineEntry
from modules.orders.selectors.orders import entries_since
from modules.orders.tests import scenes
from modules.orders.tests.scenes import acting, order_of
from modules.payments.interface import Payments, PaymentState
from modules.restaurants.interface import OrderId, Restaurants, TicketState
from tiffin import ids
from tiffin.context import ActorKind
from tiffin.interfaces import call
from tiffin.models import Job
from tiffin.testing import settle, unfinished


def payment_of(order):
    (payment,) = call(Payments).for_orders(order_ids=[order.id])
    return payment


def ticket_of(order):
    (ticket,) = call(Restaurants).get_tickets(order_ids=[order.id])
    return ticket


def jobs_left(order) -> set[str]:
    return set(Job.objects.using("orders").filter(key=order.id).values_list("name", flat=True))


def test_from_quote_to_door(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    assert order.status is Status.PAYING
    settle()
    assert order_of(order).status is Status.WAITING_FOR_RESTAURANT
    assert payment_of(order).state is PaymentState.AUTHORISED
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    assert order_of(order).status is Status.PREPARING
    scenes.take_offer(courier)
    scenes.ready(order)
    assert order_of(order).status is Status.READY
    scenes.pick_up(courier, order)
    assert order_of(order).status is Status.ON_THE_WAY
    scenes.drop_off(courier, order)
    done = order_of(order)
    assert done.status is Status.DELIVERED
    assert payment_of(order).captured == order.total
    assert (done.captured, done.refunded) == (done.total, 0)
    assert jobs_left(order) == set()
    assert ticket_of(order).state is TicketState.COLLECTED
    assert list(unfinished()) == []


def test_the_timeline_says_who_did_what_and_what_caused_it(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    courier, support = scenes.courier_on_shift(), ids.new_id()
    with acting(ActorKind.RESTAURANT, kitchen.id, restaurants=(kitchen.id,)):
        call(Restaurants).accept(key=scenes.new_key(), order_id=OrderId(order.id), ready_in_minutes=20)
        settle()
    with acting(ActorKind.COURIER, courier):
        scenes.take_offer(courier)
    with acting(ActorKind.STAFF, support):
        scenes.cancel_by_staff(order)
        settle()

    entries = TimelineEntry.objects.filter(order_id=order.id).order_by("seq")
    assert {(entry.cause, entry.actor) for entry in entries} >= {
        ("place_order", f"customer:{customer}"),
        ("restaurants.ticket_accepted.v1", f"restaurant:{kitchen.id}"),
        ("delivery.courier_assigned.v1", f"courier:{courier}"),
        ("cancel_order", f"staff:{support}"),
    }
    shown = {(entry.cause, entry.actor) for entry in entries_since(order.id, 0)}
    assert shown >= {("place_order", "customer"), ("cancel_order", "staff")}, "to customers nobody has a name"


def test_a_kitchen_that_needs_longer_says_so_to_the_customer(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    promised = ticket_of(order).ready_at
    scenes.postpone(order, until=promised + timedelta(minutes=15))

    seen = order_of(order)
    assert (seen.status, seen.ready_at) == (Status.PREPARING, promised + timedelta(minutes=15))
    entry = entries_since(order.id, 0)[-1]
    assert (entry.axis, entry.from_state, entry.to_state) == ("vendor", "accepted", "accepted")
    assert (entry.note, entry.cause) == ("late_busy", "restaurants.ticket_delayed.v1")
    scenes.ready(order)
    assert order_of(order).status is Status.READY


def test_a_declined_card_ends_the_order_before_anybody_cooks(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, method="pm_card_chargeDeclined")
    settle()
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.CANCELLED, "payment_declined")
    assert call(Restaurants).get_tickets(order_ids=[order.id]) == []
    assert jobs_left(order) == set()


def test_an_unknown_payment_method_is_a_decline(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, method="beads")
    settle()
    assert order_of(order).cancel_reason == "payment_declined"
    assert jobs_left(order) == set()


def test_a_payment_whose_answer_is_lost_once_goes_through(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, method="pm_card_timeout")
    settle()
    scenes.wait(400)
    assert order_of(order).status is Status.WAITING_FOR_RESTAURANT
    assert payment_of(order).authorised == order.total


def test_a_payment_never_confirmed_is_let_go(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer, method="pm_card_authenticationRequired")
    settle()
    asked = order_of(order)
    assert asked.status is Status.ACTION_REQUIRED
    assert asked.action_url
    scenes.wait(700)
    ended = order_of(order)
    assert ended.status is Status.CANCELLED
    assert ended.action_url == ""
    assert jobs_left(order) == set()
    assert not payment_of(order).captured


def test_a_rejected_order_costs_nothing(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.reject(order)
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.CANCELLED, "restaurant_rejected")
    assert payment_of(order).state is PaymentState.VOIDED
    assert {entry.note for entry in entries_since(order.id, 0)} >= {"too_busy"}
    assert jobs_left(order) == set()


def test_a_restaurant_that_never_answers(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.wait(601)
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.CANCELLED, "restaurant_no_answer")
    assert payment_of(order).state is PaymentState.VOIDED
    assert ticket_of(order).state in {TicketState.REJECTED, TicketState.WITHDRAWN}
    assert jobs_left(order) == set()


def test_a_courier_who_never_comes_gives_the_money_back(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    scenes.accept(order)
    assert payment_of(order).state is PaymentState.CAPTURED
    scenes.wait(1201)
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.REFUNDED, "no_courier")
    assert (ended.captured, ended.refunded) == (ended.total, ended.total)
    assert payment_of(order).refunded == order.total
    assert ticket_of(order).state is TicketState.WITHDRAWN
    assert jobs_left(order) == set()


def test_an_order_never_brought_is_refunded(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.pick_up(courier, order)
    scenes.wait(10_801)
    ended = order_of(order)
    assert ended.status is Status.REFUNDED
    assert payment_of(order).refunded == order.total


@pytest.mark.parametrize("paid", [False, True], ids=["before payment", "before acceptance"])
def test_the_customer_may_cancel_until_the_restaurant_accepts(kitchen, customer, paid) -> None:
    order = scenes.place(kitchen, customer)
    if paid:
        settle()
    scenes.cancel(order)
    settle()
    ended = order_of(order)
    assert (ended.status, ended.cancel_reason) == (Status.CANCELLED, "customer")
    payments = call(Payments).for_orders(order_ids=[order.id])
    assert all(payment.state is PaymentState.VOIDED for payment in payments)
    assert jobs_left(order) == set()
    assert scenes.cancel(order).status is Status.CANCELLED


def test_staff_may_stop_what_is_on_its_way(kitchen, customer) -> None:
    order = scenes.place(kitchen, customer)
    settle()
    courier = scenes.courier_on_shift()
    scenes.accept(order)
    scenes.take_offer(courier)
    scenes.cancel_by_staff(order)
    settle()
    assert order_of(order).status is Status.REFUNDED
    assert order_of(order).courier_state == "cancelled"
    assert payment_of(order).refunded == order.total
    assert jobs_left(order) == set()
